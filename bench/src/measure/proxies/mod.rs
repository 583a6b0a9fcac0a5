//! What proxies cost, beside no proxy, and what they break.

mod endurance;
mod throughput;

use serde::{Serialize, Serializer};

use super::or_default;
use crate::arguments::ProxiesArguments;
use crate::certificates::Certificates;
use crate::error::BenchError;
use crate::farm::Front;
use crate::proxy::ProxyKind;

/// What workers connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The coordinator, without TLS.
    Plain,
    /// The coordinator, with TLS: what proxies are compared with, since all of them do TLS.
    Direct,
    /// A proxy.
    Through(ProxyKind),
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Direct => "direct",
            Self::Through(kind) => kind.name(),
        }
    }

    fn front(self, certificates: &Certificates) -> Front<'_> {
        match self {
            Self::Plain => Front::Plain,
            Self::Direct => Front::Tls(certificates),
            Self::Through(kind) => Front::Proxy(kind, certificates),
        }
    }
}

impl Serialize for Way {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Measures times, or lets farms run for a long time.
pub(crate) fn run(arguments: &ProxiesArguments) -> Result<(), BenchError> {
    let certificates = Certificates::new()?;
    let through = or_default(&arguments.proxies, &ProxyKind::ALL).into_iter().map(Way::Through);
    if let Some(minutes) = arguments.minutes {
        let ways = std::iter::once(Way::Direct).chain(through).collect();
        return endurance::run(arguments, ways, minutes, &certificates);
    }
    let ways: Vec<_> = [Way::Plain, Way::Direct].into_iter().chain(through).collect();
    throughput::run(arguments, &ways, &certificates)
}
