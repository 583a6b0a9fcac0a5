//! Names of pictures as the original command chooses them.

use clipig_experiment::{Overrides, Source, output_name, read};
use clipig_testing::Oracle;

#[test]
fn oracle_output_names() {
    let index = Oracle::open().json("cli/index.json");
    let mut compared = 0;
    for case in index["cases"].as_array().unwrap() {
        let Some(expected) = case["output"].as_str() else { continue };
        let words: Vec<&str> =
            case["argv"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        let yaml = case["yaml_files"].as_object().unwrap();
        let files: Vec<(&str, Option<String>)> = words
            .iter()
            .filter_map(|word| yaml.get(*word).map(|text| (*word, text.as_str().unwrap())))
            .map(|(name, text)| {
                let tree = read(&[Source::new(name, text)], &Overrides::default()).unwrap();
                let output = tree.to_json()["output"].as_str().unwrap().to_owned();
                (name, text.contains("output:").then_some(output))
            })
            .collect();
        let files: Vec<(&str, Option<&str>)> =
            files.iter().map(|(name, output)| (*name, output.as_deref())).collect();
        let flag = words.iter().position(|word| *word == "-o" || *word == "--output").map(|at| words[at + 1]);
        let existing: Vec<&str> =
            case["existing_files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let in_folder = |folder: &str| -> Vec<&str> {
            let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            existing
                .iter()
                .filter_map(|name| name.strip_prefix(&prefix))
                .filter(|name| !name.contains('/'))
                .collect()
        };
        let name = output_name::free(&output_name::wanted(&files, flag), in_folder);
        assert_eq!(name, expected, "{case}");
        compared += 1;
    }
    assert!(compared > 0, "no case has an output");
    println!("{compared} names");
}
