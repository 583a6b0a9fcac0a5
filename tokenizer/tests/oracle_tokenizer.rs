//! The tokenizer against the oracle: what the original `clip.tokenize` gave for the same texts.

use std::path::{Path, PathBuf};

use clipig_tokenizer::{TokenizeError, Tokenizer, VOCABULARY};
use serde_json::Value;

/// The oracle's folder: the one that `CLIPIG_ORACLE` names, else the project's copy.
fn oracle() -> PathBuf {
    std::env::var_os("CLIPIG_ORACLE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/oracle"), PathBuf::from)
}

fn cases() -> Vec<Value> {
    let path = oracle().join("clip/index.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let index: Value = serde_json::from_str(&text).expect("the index is JSON");
    let all = index["cases"].as_array().expect("the index has cases");
    let is_tokenizer = |case: &&Value| case["group"].as_str().is_some_and(|g| g.starts_with("tokenizer"));
    all.iter().filter(is_tokenizer).cloned().collect()
}

fn ids(value: &Value) -> Vec<i64> {
    value.as_array().expect("a list of ids").iter().map(|id| id.as_i64().expect("an id")).collect()
}

#[test]
fn oracle_tokenizer() {
    let cases = cases();
    assert!(!cases.is_empty(), "the oracle has cases of the tokenizer");
    let tokenizer = Tokenizer::shared();
    let mut wrong = Vec::new();
    for case in &cases {
        let (name, text) = (&case["name"], case["text"].as_str().expect("a text"));
        let encoded = tokenizer.encode(text);
        if encoded.iter().copied().map(i64::from).collect::<Vec<_>>() != ids(&case["bpe"]) {
            wrong.push(format!("{name}: {text:?} gives {encoded:?}, not {}", case["bpe"]));
        }
        if tokenizer.decode(&encoded) != case["decoded"].as_str().expect("a text") {
            wrong.push(format!("{name}: decoded differently"));
        }
        let tokens = tokenizer.tokenize(text, 77, VOCABULARY);
        let right = match &tokens {
            Ok(tokens) => case.get("expect_error").is_none() && *tokens == ids(&case["tokens"]),
            Err(error) => {
                case.get("expect_error").is_some() && matches!(error, TokenizeError::TooLong { .. })
            }
        };
        if !right {
            wrong.push(format!("{name}: {text:?} gives {tokens:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
