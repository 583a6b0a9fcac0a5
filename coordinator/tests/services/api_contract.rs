//! The JSON API keeps what the descriptions of earlier builds promise: what a client could send is still taken, and what
//! it could rely on in an answer is still there. Scripts of users depend on it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

/// Whose words a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    /// The client's: more may be allowed than before.
    Sent,
    /// The farm's: more may be said than before.
    Answered,
}

/// Two descriptions, and what of the old one the new one breaks.
struct Comparison<'a> {
    old: &'a Json,
    new: &'a Json,
    problems: Vec<String>,
    /// Pairs of named schemas that were compared.
    compared: BTreeSet<(String, String, Direction)>,
}

impl<'a> Comparison<'a> {
    /// What the new description breaks.
    fn problems(old: &'a Json, new: &'a Json) -> Vec<String> {
        let mut comparison = Self { old, new, problems: Vec::new(), compared: BTreeSet::new() };
        for (path, operations) in entries(&old["paths"]) {
            for (method, operation) in entries(operations) {
                let place = format!("{} {path}", method.to_uppercase());
                comparison.operations(&place, operation, &new["paths"][path][method]);
            }
        }
        for (name, schema) in entries(&old["components"]["schemas"]) {
            comparison.named(name, schema, &new["components"]["schemas"][name]);
        }
        comparison.problems
    }

    /// A schema that no call refers to: words do, such as those about the events of a stream.
    fn named(&mut self, name: &str, old: &'a Json, new: &'a Json) {
        let reference = format!("#/components/schemas/{name}");
        if self.compared.iter().any(|(compared, _, _)| *compared == reference) {
            return;
        }
        match new {
            Json::Null => self.report(name, "is gone"),
            now => self.schemas(name, old, now, Direction::Answered),
        }
    }

    fn report(&mut self, place: &str, what: &str) {
        self.problems.push(format!("{place}: {what}"));
    }

    fn operations(&mut self, place: &str, old: &'a Json, new: &'a Json) {
        if new.is_null() {
            self.report(place, "is gone");
            return;
        }
        self.parameters(place, old, new);
        let (old_body, new_body) = (&old["requestBody"], &new["requestBody"]);
        if new_body["required"] == true && old_body["required"] != true {
            self.report(place, "a body is required now");
        }
        self.contents(&format!("{place}, body"), old_body, new_body, Direction::Sent);
        for (status, answer) in entries(&old["responses"]) {
            let place = format!("{place}, {status}");
            match &new["responses"][status] {
                Json::Null => self.report(&place, "is gone"),
                now => self.contents(&place, answer, now, Direction::Answered),
            }
        }
    }

    fn parameters(&mut self, place: &str, old: &'a Json, new: &'a Json) {
        let same = |one: &Json, other: &Json| one["name"] == other["name"] && one["in"] == other["in"];
        for parameter in items(&old["parameters"]) {
            let place = format!("{place}, parameter {}", parameter["name"]);
            match items(&new["parameters"]).iter().find(|now| same(parameter, now)) {
                None => self.report(&place, "is gone"),
                Some(now) => {
                    if now["required"] == true && parameter["required"] != true {
                        self.report(&place, "is required now");
                    }
                    self.schemas(&place, &parameter["schema"], &now["schema"], Direction::Sent);
                }
            }
        }
        for now in items(&new["parameters"]) {
            let is_new = !items(&old["parameters"]).iter().any(|parameter| same(parameter, now));
            if is_new && now["required"] == true {
                self.report(place, &format!("the new parameter {} is required", now["name"]));
            }
        }
    }

    fn contents(&mut self, place: &str, old: &'a Json, new: &'a Json, direction: Direction) {
        for (kind, content) in entries(&old["content"]) {
            match &new["content"][kind] {
                Json::Null => self.report(place, &format!("{kind} is gone")),
                now => self.schemas(place, &content["schema"], &now["schema"], direction),
            }
        }
    }

    fn schemas(&mut self, place: &str, old: &'a Json, new: &'a Json, direction: Direction) {
        if let (Some(old), Some(new)) = (old["$ref"].as_str(), new["$ref"].as_str())
            && !self.compared.insert((old.to_owned(), new.to_owned(), direction))
        {
            return;
        }
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        self.forms(place, old, new, direction);
        if direction == Direction::Sent {
            self.bounds(place, old, new);
        }
        for (name, property) in entries(&old["properties"]) {
            let place = format!("{place}, `{name}`");
            match &new["properties"][name] {
                Json::Null => self.report(&place, "is gone"),
                now => self.schemas(&place, property, now, direction),
            }
        }
        let (less, more) = if direction == Direction::Sent { (new, old) } else { (old, new) };
        for name in items(&less["required"]) {
            if !items(&more["required"]).contains(name) {
                let what =
                    if direction == Direction::Sent { "is required now" } else { "may be missing now" };
                self.report(&format!("{place}, {name}"), what);
            }
        }
        for within in ["items", "additionalProperties"] {
            if old[within].is_object() {
                self.schemas(&format!("{place}, {within}"), &old[within], &new[within], direction);
            }
        }
        for among in ["oneOf", "anyOf", "allOf"] {
            for (number, alternative) in items(&old[among]).iter().enumerate() {
                let place = format!("{place}, {among} {number}");
                match &new[among][number] {
                    Json::Null => self.report(&place, "is gone"),
                    now => self.schemas(&place, alternative, now, direction),
                }
            }
        }
    }

    /// Types, formats and values of enums.
    fn forms(&mut self, place: &str, old: &Json, new: &Json, direction: Direction) {
        let (before, now) = (types(old), types(new));
        let fits = match direction {
            Direction::Sent => before.is_subset(&now),
            Direction::Answered => now.is_subset(&before),
        };
        // A schema without a type says by other keywords what it is.
        if !fits || before.is_empty() != now.is_empty() {
            self.report(place, &format!("was {before:?}, and is {now:?} now"));
        }
        if old["format"] != new["format"] {
            self.report(place, &format!("had the format {}, and has {} now", old["format"], new["format"]));
        }
        if !new["enum"].is_null() {
            if direction == Direction::Sent && old["enum"].is_null() {
                self.report(place, "takes only some values now");
            }
            for value in items(&old["enum"]) {
                if !items(&new["enum"]).contains(value) {
                    self.report(place, &format!("the value {value} is gone"));
                }
            }
        }
    }

    /// What may be sent has not become less.
    fn bounds(&mut self, place: &str, old: &Json, new: &Json) {
        let number = |schema: &Json, key: &str| schema[key].as_f64();
        for key in ["maximum", "maxLength", "maxItems"] {
            let narrower =
                number(new, key).is_some_and(|now| number(old, key).is_none_or(|before| now < before));
            if narrower {
                self.report(place, &format!("{key} is {} now", new[key]));
            }
        }
        for key in ["minimum", "minLength", "minItems"] {
            let narrower =
                number(new, key).is_some_and(|now| number(old, key).is_none_or(|before| now > before));
            if narrower {
                self.report(place, &format!("{key} is {} now", new[key]));
            }
        }
        if !new["pattern"].is_null() && old["pattern"] != new["pattern"] {
            self.report(place, &format!("must match {} now", new["pattern"]));
        }
    }
}

fn entries(object: &Json) -> impl Iterator<Item = (&String, &Json)> {
    object.as_object().into_iter().flat_map(Map::iter)
}

fn items(list: &Json) -> &[Json] {
    list.as_array().map_or(&[][..], Vec::as_slice)
}

fn types(schema: &Json) -> BTreeSet<&str> {
    match &schema["type"] {
        Json::String(one) => BTreeSet::from([one.as_str()]),
        several => items(several).iter().filter_map(Json::as_str).collect(),
    }
}

/// The schema that a reference stands for.
fn resolved<'a>(document: &'a Json, schema: &'a Json) -> &'a Json {
    let Some(reference) = schema["$ref"].as_str() else { return schema };
    let pointer = reference.strip_prefix('#').expect("references within the document");
    document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

fn read(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The descriptions of earlier builds, the oldest first.
fn frozen() -> Vec<(String, Json)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frozen");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("openapi.json"));
    let mut found: Vec<_> =
        paths.filter(|path| path.exists()).map(|path| (path.display().to_string(), read(&path))).collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(!found.is_empty(), "frozen/ has no openapi.json");
    found
}

#[test]
fn the_json_api_serves_clients_of_earlier_builds() {
    let today = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json"));
    for (path, earlier) in frozen() {
        let problems = Comparison::problems(&earlier, &today);
        assert!(
            problems.is_empty(),
            "docs/openapi.json breaks what {path} promises:\n{}\nAdd instead of changing; frozen/README.md says more",
            problems.join("\n")
        );
    }
}

/// What is said of an API that has changed in one place, of which the pointer is given. `None` removes what is there.
fn after_change(pointer: &str, change: Option<Json>) -> Vec<String> {
    let (_, old) = frozen().remove(0);
    let mut new = old.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    match (new.pointer_mut(parent).unwrap_or_else(|| panic!("{parent} leads nowhere")), change) {
        (Json::Object(object), Some(value)) => drop(object.insert(name, value)),
        (Json::Object(object), None) => drop(object.remove(&name).expect("something to remove")),
        (Json::Array(list), Some(value)) => list.push(value),
        (Json::Array(list), None) => drop(list.remove(name.parse().unwrap())),
        (other, _) => panic!("{other} has no parts"),
    }
    assert_ne!(old, new, "{pointer}");
    Comparison::problems(&old, &new)
}

#[test]
fn additions_to_the_json_api_are_compatible() {
    let get = json!({"responses": {"200": {"description": "OK"}}});
    let parameter = json!({"name": "brief", "in": "query", "required": false, "schema": {"type": "boolean"}});
    for (pointer, added) in [
        ("/paths/~1api~1v1~1weather", json!({ "get": get })),
        ("/paths/~1api~1v1~1jobs/delete", get.clone()),
        ("/paths/~1api~1v1~1jobs/get/parameters/-", parameter),
        ("/components/schemas/SubmitRequest/properties/mood", json!({"type": "string"})),
        ("/components/schemas/Job/properties/mood", json!({"type": "string"})),
        ("/components/schemas/Job/required/-", json!("mood")),
        ("/components/schemas/PriorityRequest/properties/priority/maximum", json!(20)),
    ] {
        assert_eq!(after_change(pointer, Some(added)), [""; 0], "{pointer}");
    }
}

#[test]
fn breaks_of_the_json_api_are_found() {
    let parameter = json!({"name": "mood", "in": "query", "required": true, "schema": {"type": "string"}});
    for (pointer, change, said) in [
        ("/paths/~1api~1v1~1farm", None, "GET /api/v1/farm: is gone"),
        ("/paths/~1api~1v1~1jobs/post", None, "POST /api/v1/jobs: is gone"),
        ("/paths/~1api~1v1~1jobs/post/responses/201", None, "POST /api/v1/jobs, 201: is gone"),
        ("/paths/~1api~1v1~1jobs~1{job}~1picture/get/parameters/0", None, "parameter \"job\": is gone"),
        ("/paths/~1api~1v1~1jobs~1{job}~1picture/get/parameters/-", Some(parameter), "\"mood\" is required"),
        ("/components/schemas/Job/properties/reason", None, "`reason`: is gone"),
        ("/components/schemas/Job/properties/reason/type", Some(json!("integer")), "`reason`: was"),
        ("/components/schemas/Job/properties/reason/type", Some(json!(["string", "null"])), "`reason`: was"),
        ("/components/schemas/Job/required/0", None, "may be missing now"),
        ("/components/schemas/SubmitRequest/properties/yaml", None, "`yaml`: is gone"),
        ("/components/schemas/SubmitRequest/required", Some(json!(["mood"])), "\"mood\": is required now"),
        (
            "/components/schemas/PriorityRequest/properties/priority/maximum",
            Some(json!(5)),
            "maximum is 5 now",
        ),
        ("/components/schemas/PriorityRequest/properties/priority/format", Some(json!("int8")), "the format"),
        ("/components/schemas/JobState/enum/0", None, "is gone"),
        ("/components/schemas/JobEvent/oneOf/0", None, "JobEvent, oneOf 7: is gone"),
        ("/components/schemas/JobEvent", None, "JobEvent: is gone"),
    ] {
        let problems = after_change(pointer, change);
        assert!(problems.iter().any(|problem| problem.contains(said)), "{pointer}: {problems:?}");
    }
}
