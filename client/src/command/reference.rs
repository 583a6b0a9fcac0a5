//! `clipig reference`: the experiment language explained.

mod overview;

use clipig_experiment::{parameters, reference};

use crate::arguments::ReferenceArguments;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::local::{Local, Task};
use crate::output;

/// Prints an overview, one parameter, the whole page, the schema or the metrics.
pub(crate) fn run(arguments: &ReferenceArguments, local: &dyn Local) -> Result<ExitCode, Failure> {
    if arguments.metrics {
        return local.run(Task::Metrics);
    }
    let text = if arguments.all {
        reference::page()
    } else if arguments.schema {
        format!("{:#}\n", reference::schema())
    } else if let Some(path) = &arguments.path {
        topic(path)?
    } else {
        overview::text()
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// One parameter, or all that end like `path`; their paths stand out on a terminal.
fn topic(path: &str) -> Result<String, Failure> {
    let text = reference::topic(path).map_err(|error| Failure::usage(unknown(path, &error)))?;
    let lines = text.lines().map(|line| {
        let heading = parameters().get(line).is_some();
        if heading { console::style(line).bold().to_string() } else { line.to_owned() }
    });
    Ok(lines.map(|line| line + "\n").collect())
}

/// What to say where there is no such parameter: names that begin so, else the nearest one.
fn unknown(path: &str, error: &reference::NoSuchParameter) -> String {
    let begin_so = parameters().complete(path);
    if begin_so.is_empty() || path.is_empty() {
        return format!("{error}\n`clipig reference` lists all parameters");
    }
    format!("there is no parameter `{path}`; these begin with it: {}", begin_so.join(", "))
}
