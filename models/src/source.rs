//! Where the weights are that somebody named: a file, a folder, the index of several files.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{contents::Contents, error::ModelError, inventory::list, json::JsonFile};

/// The files of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// What messages call it: the file, or the index of several.
    pub(crate) path: PathBuf,
    /// Its files, sorted by name where there are several.
    pub(crate) files: Vec<PathBuf>,
    /// The folder in which configurations lie.
    pub(crate) folder: PathBuf,
}

/// What the libraries call weights in a folder, in the order in which they are looked for.
const USUAL: [&str; 4] = [
    "open_clip_model.safetensors",
    "open_clip_model.safetensors.index.json",
    "model.safetensors",
    "model.safetensors.index.json",
];

impl Source {
    /// Finds the files.
    pub(crate) fn find(path: &Path) -> Result<Self, ModelError> {
        if path.is_dir() {
            return Self::find(&in_folder(path)?);
        }
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        if Contents::of(path)? == Contents::Json
            && let Some(index) = JsonFile::find(path)?
            && index.value.get("weight_map").is_some()
        {
            let files = shards(&index, &folder)?;
            return Ok(Self { path: path.to_owned(), files, folder });
        }
        if let Some((_, of)) = shard_number(&file_name(path)) {
            return Err(ModelError::WrongFile {
                path: path.to_owned(),
                what: format!("one of {of} files (shards) of one model"),
                remedy: "import the folder in which all of them lie, or their index (model.safetensors.index.json)"
                    .to_owned(),
            });
        }
        Ok(Self { path: path.to_owned(), files: vec![path.to_owned()], folder })
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The numbers of `model-00002-of-00005.safetensors`.
fn shard_number(name: &str) -> Option<(u32, u32)> {
    let stem = name.strip_suffix(".safetensors")?;
    let (rest, of) = stem.rsplit_once("-of-")?;
    let (_, number) = rest.rsplit_once('-')?;
    Some((number.parse().ok()?, of.parse().ok()?))
}

/// The weights in a folder.
fn in_folder(folder: &Path) -> Result<PathBuf, ModelError> {
    let io = |source| ModelError::io("read", folder, source);
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(io)? {
        names.push(entry.map_err(io)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    if let Some(usual) = USUAL.iter().find(|usual| names.iter().any(|name| name == *usual)) {
        return Ok(folder.join(usual));
    }
    let ending = |end: &str| names.iter().filter(|name| name.ends_with(end)).collect::<Vec<_>>();
    let (indices, files) = (ending(".safetensors.index.json"), ending(".safetensors"));
    match (indices.as_slice(), files.as_slice()) {
        ([index], _) => return Ok(folder.join(index)),
        ([], [file]) => return Ok(folder.join(file)),
        _ => {}
    }
    let is_pickled = |name: &&String| {
        let extension = Path::new(name.as_str()).extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("bin" | "pt" | "pth" | "ckpt"))
    };
    let pickled = names.iter().find(is_pickled);
    let (what, remedy) = if let [_, _, ..] = files.as_slice() {
        let what = format!("a folder with several files of weights, {}", list(&files));
        (what, "name the file that you mean".to_owned())
    } else if let Some(pickled) = pickled {
        let what = format!("a folder without safetensors; \"{pickled}\" in it is a PyTorch file");
        let remedy = "save the model as safetensors first: `model.save_pretrained(NEW)` in transformers, \
                      `safetensors.torch.save_file(model.state_dict(), \"open_clip_model.safetensors\")` in open_clip";
        (what, remedy.to_owned())
    } else {
        let what = "a folder without weights".to_owned();
        (what, format!("clipig looks for {} in it", list(&USUAL)))
    };
    Err(ModelError::WrongFile { path: folder.to_owned(), what, remedy })
}

/// The files that an index names; all of them must be there.
fn shards(index: &JsonFile, folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let wrong = |why: String| ModelError::configuration(&index.path, why);
    let map = index.value["weight_map"].as_object();
    let map = map.ok_or_else(|| wrong("its \"weight_map\" is not a map from tensors to files".to_owned()))?;
    let names: Option<BTreeSet<&str>> = map.values().map(serde_json::Value::as_str).collect();
    let names = names.ok_or_else(|| wrong("its \"weight_map\" names files that are no texts".to_owned()))?;
    if names.is_empty() {
        return Err(wrong("its \"weight_map\" names no file".to_owned()));
    }
    // An index is data: it opens nothing outside of its folder.
    if let Some(name) = names.iter().find(|name| Path::new(name).file_name() != Some(name.as_ref())) {
        return Err(wrong(format!("it names \"{name}\", which is not a file in its folder")));
    }
    let missing: Vec<&&str> = names.iter().filter(|name| !folder.join(name).is_file()).collect();
    if !missing.is_empty() {
        return Err(ModelError::WrongFile {
            path: index.path.clone(),
            what: format!("the index of {} files, of which {} are not here", names.len(), missing.len()),
            remedy: format!("put {} beside it", list(&missing)),
        });
    }
    Ok(names.iter().map(|name| folder.join(name)).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Source, shard_number};

    #[test]
    fn numbers_of_shards() {
        assert_eq!(shard_number("model-00002-of-00005.safetensors"), Some((2, 5)));
        assert_eq!(shard_number("model.safetensors"), None);
        assert_eq!(shard_number("a-of-b.safetensors"), None);
    }

    #[test]
    fn folders_and_indices() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let error = || Source::find(folder.path()).unwrap_err().to_string();
        assert!(error().contains("without weights"), "{}", error());
        fs::write(at("pytorch_model.bin"), "x").unwrap();
        assert!(error().contains("save_pretrained"), "{}", error());
        fs::write(at("own.safetensors"), [0; 16]).unwrap();
        assert_eq!(Source::find(folder.path()).unwrap().files, [at("own.safetensors")]);
        fs::write(at("other.safetensors"), [0; 16]).unwrap();
        assert!(error().contains("several"), "{}", error());

        let index =
            r#"{"weight_map": {"a": "s-00002-of-00002.safetensors", "b": "s-00001-of-00002.safetensors"}}"#;
        fs::write(at("model.safetensors.index.json"), index).unwrap();
        assert!(error().contains("2 are not here"), "{}", error());
        for name in ["s-00001-of-00002.safetensors", "s-00002-of-00002.safetensors"] {
            fs::write(at(name), [0; 16]).unwrap();
            let shard = Source::find(&at(name)).unwrap_err().to_string();
            assert!(shard.contains("one of 2 files") && shard.contains("index"), "{shard}");
        }
        let found = Source::find(folder.path()).unwrap();
        assert_eq!(found.files.len(), 2);
        assert_eq!(found.folder, folder.path());
        assert_eq!(Source::find(&at("model.safetensors.index.json")).unwrap(), found);

        fs::write(at("model.safetensors"), [0; 16]).unwrap();
        assert_eq!(Source::find(folder.path()).unwrap().files, [at("model.safetensors")]);
        fs::write(at("evil.json"), r#"{"weight_map": {"a": "../../etc/passwd"}}"#).unwrap();
        assert!(Source::find(&at("evil.json")).unwrap_err().to_string().contains("not a file in its folder"));
    }
}
