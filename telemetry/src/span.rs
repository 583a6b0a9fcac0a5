//! Spans, whether or not they are recorded.

use std::cell::Cell;
use std::fmt;
use std::time::SystemTime;

use crate::backend::{self, Recorded};
use crate::begin::{Begin, Kind};
use crate::context::TraceContext;
use crate::value::Value;

/// A piece of work. It ends when it is dropped. One that is not recorded takes everything in silence.
#[derive(Default)]
pub struct Span(Option<Box<Recorded>>);

impl Span {
    /// No span.
    pub const fn none() -> Self {
        Self(None)
    }

    /// A span that may be the first of its trace. The sampler of the environment decides whether it is recorded.
    pub fn root(name: &'static str, kind: Kind, parent: Option<TraceContext>) -> Self {
        Self::begin(Begin { name, kind, parent, since: None })
    }

    /// A span below another one. There is none if that is not recorded.
    pub fn below(name: &'static str, kind: Kind, parent: Option<TraceContext>) -> Self {
        match parent.filter(TraceContext::is_sampled) {
            Some(parent) => Self::begin(Begin { name, kind, parent: Some(parent), since: None }),
            None => Self::none(),
        }
    }

    /// A span within this one.
    #[must_use]
    pub fn child(&self, name: &'static str) -> Self {
        Self::below(name, Kind::Internal, self.context())
    }

    /// Work below another span that began before it was known that it would be told.
    pub fn since(name: &'static str, parent: Option<TraceContext>, since: SystemTime) -> Self {
        let Some(parent) = parent.filter(TraceContext::is_sampled) else { return Self::none() };
        Self::begin(Begin { name, kind: Kind::Internal, parent: Some(parent), since: Some(since) })
    }

    fn begin(begin: Begin) -> Self {
        Self(backend::begin(begin).map(Box::new))
    }

    /// Where it stands in its trace. One that the sampler left out has a place, too, so that whoever comes after it is left
    /// out as well. `None` where nothing is exported.
    pub fn context(&self) -> Option<TraceContext> {
        self.0.as_deref().and_then(Recorded::context)
    }

    /// Will it be told?
    pub fn is_recorded(&self) -> bool {
        self.context().is_some_and(|context| context.is_sampled())
    }

    /// Adds an attribute.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(recorded) = &mut self.0 {
            recorded.set(key, value.into());
        }
    }

    /// The work has failed.
    pub fn fail(&mut self, why: impl fmt::Display) {
        if let Some(recorded) = &mut self.0 {
            recorded.fail(why.to_string());
        }
    }

    /// Another span, of any process, has to do with this one.
    pub fn link(&mut self, other: TraceContext) {
        if let Some(recorded) = &mut self.0 {
            recorded.link(other);
        }
    }

    /// Ends it at a moment that is over.
    pub fn end_at(mut self, end: SystemTime) {
        if let Some(recorded) = &mut self.0 {
            recorded.end_at(end);
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.context() {
            Some(context) => write!(f, "Span({context})"),
            None => f.write_str("Span(none)"),
        }
    }
}

thread_local! {
    static CURRENT: Cell<Option<TraceContext>> = const { Cell::new(None) };
}

/// Does something on this thread below a span, which [`below_current`] finds.
pub fn with_current<T>(parent: Option<TraceContext>, work: impl FnOnce() -> T) -> T {
    /// Also when the work panics.
    struct Restore(Option<TraceContext>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    if !backend::is_on() {
        return work();
    }
    let _restore = Restore(CURRENT.replace(parent));
    work()
}

/// The span that this thread works for. One that is not recorded counts, too, because it is passed on.
pub fn current() -> Option<TraceContext> {
    if backend::is_on() { CURRENT.get() } else { None }
}

/// A span below the one that this thread works for; none where it works for none.
pub fn below_current(name: &'static str) -> Span {
    Span::below(name, Kind::Internal, current())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_endpoint_nothing_is_recorded() {
        let parent = TraceContext::new([1; 16], [2; 8], true);
        let mut span = Span::root("job", Kind::Server, parent);
        span.set("job", 7_u32);
        span.fail("it broke");
        assert_eq!(span.context(), None);
        assert!(!span.is_recorded() && !span.child("epoch").is_recorded());
        assert!(!with_current(parent, || below_current("draw")).is_recorded());
        assert_eq!(format!("{span:?}"), "Span(none)");
    }
}
