//! Weights as somebody has them, made into one file with the names of the libraries.
//!
//! Several files become one, prefixes are taken off, adapters merged. Where nothing of that is to be done
//! the file is copied as it is, so that its hash stays that of the published file.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use serde_json::{Map, json};

use crate::{
    adapter::{self, Merge},
    error::ModelError,
    hash,
    header::{Header, Tensor},
    info::ModelInfo,
    long_clip, names,
    numbers::Numbers,
    source::Source,
    wrong_file,
};

/// Weights that were found.
pub(crate) struct Checkpoint {
    pub(crate) source: Source,
    /// Names, types and shapes of the one file that is made of them.
    pub(crate) header: Header,
    /// What differs in it from the files as they are, for people.
    pub(crate) changes: Vec<String>,
    made: BTreeMap<String, Made>,
}

/// A tensor that is made of others.
enum Made {
    /// A matrix with its adapter.
    Merged(Merge),
    /// The first rows of one table and the others of another one.
    Rows { first: Tensor, second: Tensor, rows: usize },
}

impl Checkpoint {
    /// Finds the weights and reads their headers.
    ///
    /// # Errors
    /// Where they are something else than a CLIP, or not whole.
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        let source = Source::find(path)?;
        let mut header = Header { tensors: BTreeMap::new() };
        for (index, file) in source.files.iter().enumerate() {
            for (name, tensor) in wrong_file::contents_of(file)?.tensors {
                let name_again = name.clone();
                if header.tensors.insert(name, Tensor { file: index, ..tensor }).is_some() {
                    let why = format!("two of its files have a tensor \"{name_again}\"");
                    return Err(ModelError::NotClip { path: source.path, why });
                }
            }
        }
        let mut changes = Vec::new();
        if let [_, _, ..] = source.files.as_slice() {
            changes.push(format!("its {} files were joined", source.files.len()));
        }
        changes.extend(names::tidy(&mut header));
        wrong_file::check(&header, &source.path)?;
        let mut checkpoint = Self { source, header, changes, made: BTreeMap::new() };
        checkpoint.merge_adapters()?;
        checkpoint.join_positions()?;
        Ok(checkpoint)
    }

    /// Facts about the weights, from the header.
    pub(crate) fn info(&self) -> Result<ModelInfo, ModelError> {
        let size = |file: &std::path::PathBuf| {
            file.metadata().map(|m| m.len()).map_err(|source| ModelError::io("read", file, source))
        };
        let size = self.source.files.iter().map(size).sum::<Result<u64, _>>()?;
        ModelInfo::of_header(&self.header, size)
            .map_err(|why| ModelError::NotClip { path: self.source.path.clone(), why })
    }

    fn merge_adapters(&mut self) -> Result<(), ModelError> {
        let merges = adapter::take(&mut self.header, &self.source)?;
        if !merges.is_empty() {
            self.changes.push(format!("adapters (LoRA) of {} matrices were merged into them", merges.len()));
        }
        for (name, merge) in merges {
            self.header.tensors.insert(name.clone(), merge.result());
            self.made.insert(name, Made::Merged(merge));
        }
        Ok(())
    }

    fn join_positions(&mut self) -> Result<(), ModelError> {
        let found = long_clip::take(&mut self.header)
            .map_err(|why| ModelError::NotClip { path: self.source.path.clone(), why })?;
        if let Some((first, second)) = found {
            let rows = long_clip::ROWS_OF_FIRST;
            self.header.tensors.insert(long_clip::TABLE.to_owned(), first.clone());
            self.made.insert(long_clip::TABLE.to_owned(), Made::Rows { first, second, rows });
            self.changes
                .push(format!("its two tables of positions (Long-CLIP) were joined after row {rows}"));
        }
        Ok(())
    }

    /// Writes one file with these tensors of the checkpoint; returns its SHA-256.
    pub(crate) fn write(&self, names: &[String], to: &Path) -> Result<String, ModelError> {
        if self.changes.is_empty() {
            let from = &self.source.path;
            let mut file = File::open(from).map_err(|e| ModelError::io("read", from, e))?;
            let mut target = File::create(to).map_err(|e| ModelError::io("write", to, e))?;
            return hash::copy_hashed(&mut file, &mut target, |_| ())
                .map_err(|e| ModelError::io("copy", from, e));
        }
        self.write_anew(names, to)?;
        hash::sha256_of_file(to)
    }

    fn write_anew(&self, names: &[String], to: &Path) -> Result<(), ModelError> {
        let io = |source| ModelError::io("write", to, source);
        let tensors = || names.iter().filter_map(|name| Some((name, self.header.tensors.get(name)?)));
        let (mut entries, mut end) = (Map::new(), 0);
        for (name, tensor) in tensors() {
            let start = end;
            end += tensor.size();
            let entry = json!({ "dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": [start, end] });
            entries.insert(name.clone(), entry);
        }
        let mut header = serde_json::Value::Object(entries).to_string();
        // The format wants the data aligned to 8 bytes.
        header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
        let mut file = BufWriter::new(File::create(to).map_err(io)?);
        file.write_all(&(header.len() as u64).to_le_bytes()).map_err(io)?;
        file.write_all(header.as_bytes()).map_err(io)?;
        for (name, tensor) in tensors() {
            file.write_all(&self.bytes(name, tensor)?).map_err(io)?;
        }
        file.flush().map_err(io)
    }

    fn bytes(&self, name: &str, tensor: &Tensor) -> Result<Vec<u8>, ModelError> {
        match self.made.get(name) {
            None => self.stored(tensor),
            Some(Made::Rows { first, second, rows }) => {
                let (mut bytes, other) = (self.stored(first)?, self.stored(second)?);
                let from = rows * bytes.len() / first.shape[0].max(1);
                bytes[from..].copy_from_slice(&other[from..]);
                Ok(bytes)
            }
            Some(Made::Merged(merge)) => {
                let numbers = |tensor: &Tensor| {
                    let bytes = self.stored(tensor)?;
                    let numbers = Numbers::of(tensor.dtype, &bytes).ok_or_else(|| ModelError::Numbers {
                        path: self.source.path.clone(),
                        tensor: name.to_owned(),
                        why: format!("has an adapter in {:?}, which is no float", tensor.dtype),
                    })?;
                    Ok::<_, ModelError>(numbers.collect::<Vec<f64>>())
                };
                let merged =
                    merge.merged(numbers(&merge.base)?, &numbers(&merge.down)?, &numbers(&merge.up)?);
                Ok(merged.into_iter().flat_map(f32::to_le_bytes).collect())
            }
        }
    }

    /// The bytes of a tensor in its file.
    fn stored(&self, tensor: &Tensor) -> Result<Vec<u8>, ModelError> {
        let path = &self.source.files[tensor.file];
        let io = |source| ModelError::io("read", path, source);
        let mut file = File::open(path).map_err(io)?;
        file.seek(SeekFrom::Start(tensor.bytes.start as u64)).map_err(io)?;
        let mut bytes = vec![0; tensor.bytes.len()];
        file.read_exact(&mut bytes).map_err(io)?;
        Ok(bytes)
    }
}

impl ModelInfo {
    /// Looks at weights as [`Store::import`](crate::Store::import) would: a file, a folder or an index, with
    /// prefixes and adapters. The second part says what would be changed.
    ///
    /// # Errors
    /// As [`ModelInfo::of_file`]; the message says what else it is, where clipig knows it.
    pub fn of_import(path: &Path) -> Result<(Self, Vec<String>), ModelError> {
        let checkpoint = Checkpoint::open(path)?;
        Ok((checkpoint.info()?, checkpoint.changes))
    }
}
