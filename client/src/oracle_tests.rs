//! The command line against the original: which parameters result from which arguments and files.

use std::ffi::OsString;

use clap::Parser;
use clipig_experiment::{Interval, Optimizer, Scope, Source, load, output_name, random::Key};
use clipig_testing::{Oracle, Value};

use crate::arguments::{Arguments, Command, with_long_flags};

#[test]
fn oracle_cli() {
    Oracle::open().index("cli").check(|case| match (run(case), case["expect_error"].is_null()) {
        (Err(_), false) => Ok(()),
        (Ok(()), false) => Err("no error".into()),
        (result, true) => result,
    });
}

fn strings(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    value.as_array().map(|values| values.iter().map(text).collect()).unwrap_or_default()
}

fn run(case: &Value) -> Result<(), String> {
    let line = ["clipig", "render"].map(OsString::from).into_iter();
    let line = with_long_flags(line.chain(strings(&case["argv"]).into_iter().map(OsString::from)));
    let Command::Render(arguments) =
        Arguments::try_parse_from(line).map_err(|error| error.to_string())?.command
    else {
        return Err("not `render`".into());
    };
    let source = |file: &String| {
        let text = case["yaml_files"][file].as_str().ok_or_else(|| format!("there is no file {file}"))?;
        Ok::<_, String>(Source::new(file.clone(), text))
    };
    let sources = arguments.experiment.files.iter().map(source).collect::<Result<Vec<_>, _>>()?;
    let loaded = load(&sources, &arguments.overrides()).map_err(|problems| problems.render(false))?;
    let (found, wanted) = (&loaded.experiment, &case["parameters"]);
    let scope = Scope::new(Key::root(0), 0, found.epochs);
    let resolution = found.resolution.each_ref().map(|side| side.evaluate(&scope).unwrap_or_default());
    let interval = match found.snapshot_interval {
        Interval::Epochs(epochs) => serde_json::json!(epochs),
        Interval::Seconds(seconds) => serde_json::json!(seconds),
    };
    let optimizer = match found.optimizer {
        Optimizer::Adam => "adam",
        Optimizer::Sgd => "sgd",
        Optimizer::SparseAdam => "sparse_adam",
        Optimizer::Adadelta => "adadelta",
        Optimizer::RmsProp => "rmsprob",
    };
    let names: Vec<&str> = found.targets.iter().map(|target| target.name.as_str()).collect();
    let resolution = resolution.as_slice();
    let pairs = [
        ("verbose", serde_json::json!(found.verbose)),
        ("epochs", serde_json::json!(found.epochs)),
        ("resolution", serde_json::json!(resolution)),
        ("learnrate", serde_json::json!(found.learnrate.as_constant())),
        ("optimizer", serde_json::json!(optimizer)),
        ("device", serde_json::json!(found.device)),
        ("snapshot_interval", interval),
        ("repeat", serde_json::json!(arguments.compute.repeat)),
        ("targets", serde_json::json!(names)),
    ];
    for (name, found) in pairs {
        if found != wanted[name] {
            return Err(format!("{name} is {found}, not {}", wanted[name]));
        }
    }
    // `output` is resolved to a name that does not exist yet.
    let existing = strings(&case["existing_files"]);
    let in_folder = |folder: &str| {
        let within = |file: &String| {
            let (parent, name) = file.rsplit_once('/').unwrap_or(("", file));
            (parent == folder).then(|| name.to_owned())
        };
        let inputs: Vec<String> =
            case["yaml_files"].as_object().map(|files| files.keys().cloned().collect()).unwrap_or_default();
        existing.iter().chain(&inputs).filter_map(within).collect::<Vec<_>>()
    };
    let output = output_name::free(&loaded.picture, in_folder);
    if output != case["output"] {
        return Err(format!("the output is {output}, not {}", case["output"]));
    }
    Ok(())
}
