//! Where a picture goes: never onto something that exists.

/// The file that the picture of an experiment goes to, before numbers are added.
///
/// `files` are the experiment's files with the `output` that stands in each of them (`None` where none does),
/// `-` is standard input; `flag` is the command line's `--output`. The last file decides, as it does for the
/// name of the picture. A name that ends with `/` is a folder.
pub fn wanted(files: &[(&str, Option<&str>)], flag: Option<&str>) -> String {
    let name = match files.last() {
        Some((file, output)) => from_file(file, output.unwrap_or_default()),
        None => "output.png".to_owned(),
    };
    let name = match flag {
        Some(folder) if folder.ends_with('/') => {
            format!("{folder}{}", name.rsplit('/').next().unwrap_or(&name))
        }
        Some(file) if !file.is_empty() => file.to_owned(),
        _ => name,
    };
    let name = match name.strip_suffix("/.png") {
        Some(folder) => format!("{folder}/output.png"),
        None => name,
    };
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

fn from_file(file: &str, output: &str) -> String {
    if !output.is_empty() && !output.ends_with('/') {
        return if output.contains('.') { output.to_owned() } else { format!("{output}.png") };
    }
    let folder = if output.is_empty() { "./" } else { output };
    if file == "-" {
        return format!("{folder}output.png");
    }
    let name = format!("{folder}{}", file.rsplit('/').next().unwrap_or(file));
    // As in the original, the last point of the whole path ends the name. A file without extension in `./` has
    // no name left and becomes `.png`.
    format!("{}.png", name.rsplit_once('.').map_or(name.as_str(), |(name, _)| name))
}

/// `wanted`, or if that exists, the same name with the next number: `a.png`, `a-1.png`, and `a-8.png` where
/// `a-7.png` is the greatest. `existing` lists the names of the files in a folder (`""` is the current one).
pub fn free<N: AsRef<str>>(wanted: &str, existing: impl FnOnce(&str) -> Vec<N>) -> String {
    let (folder, name) = wanted.rsplit_once('/').map_or(("", wanted), |(folder, name)| (folder, name));
    let names = existing(folder);
    if !names.iter().any(|taken| taken.as_ref() == name) {
        return wanted.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, Some(extension)),
        None => (name, None),
    };
    let (stem, own) = match stem.rsplit_once('-') {
        Some((before, number)) if is_number(number) => (before, number.parse().unwrap_or(0)),
        _ => (stem, 0_u64),
    };
    // With any extension: `a-3.yaml` belongs to a picture `a-3.png` that may have been moved away.
    let taken = names.iter().filter_map(|taken| {
        let rest = taken.as_ref().strip_prefix(stem)?.strip_prefix('-')?;
        let number =
            rest.split_once('.').map_or(if extension.is_none() { rest } else { "" }, |(number, _)| number);
        is_number(number).then(|| number.parse::<u64>().ok()).flatten()
    });
    let mut number = taken.max().unwrap_or(0).max(own);
    loop {
        number = number.saturating_add(1);
        let name = match extension {
            Some(extension) => format!("{stem}-{number}.{extension}"),
            None => format!("{stem}-{number}"),
        };
        if number == u64::MAX || !names.iter().any(|taken| taken.as_ref() == name) {
            return if folder.is_empty() && !wanted.starts_with('/') {
                name
            } else {
                format!("{folder}/{name}")
            };
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_last_file() {
        assert_eq!(wanted(&[("x/spoon.v2.yaml", None)], None), "spoon.v2.png");
        assert_eq!(wanted(&[("-", None)], None), "output.png");
        assert_eq!(wanted(&[("-", Some("pics/"))], None), "pics/output.png");
        assert_eq!(wanted(&[("a.yaml", Some("pics/b"))], None), "pics/b.png");
        assert_eq!(wanted(&[("a.yaml", None)], Some("/tmp/")), "/tmp/a.png");
    }

    #[test]
    fn numbers_go_on_after_the_greatest() {
        let names = |_: &str| {
            vec![
                "a.png",
                "a-7.png",
                "a-9.yaml",
                "a-x.png",
                "ab-20.png",
                "b.png",
                "b-99999999999999999999.png",
            ]
        };
        assert_eq!(free("a.png", names), "a-10.png");
        assert_eq!(free("p/a-7.png", names), "p/a-10.png");
        assert_eq!(free("/a.png", names), "/a-10.png");
        assert_eq!(free("b.png", names), "b-1.png");
        assert_eq!(free("c.png", names), "c.png");
        assert_eq!(free("z", |_| vec!["z", "z-4"]), "z-5");
    }
}
