//! Licences and attributions of what is shipped inside clipig and is not a Rust crate.

/// One work of others, and the terms that it comes under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// The work, by whom, and where it is from.
    pub name: &'static str,
    /// SPDX identifier of the licence.
    pub licence: &'static str,
    /// What clipig has of it.
    pub used_for: &'static str,
    /// The licence's text, or its address where the licence allows that.
    pub text: &'static str,
}

const APACHE: &str = include_str!("../notices/apache-2.0.txt");
const CC_BY: &str = "https://creativecommons.org/licenses/by/4.0/legalcode\n\
    Changes: the drawings were rasterised, scaled, coloured and composed into training images.\n";
const TRAINING: &str = "training images of the embedded model clipig-tiny (no image is part of clipig)";
const CAPTIONS: &str = "names and keywords in the training captions of the embedded model clipig-tiny";

static NOTICES: [Notice; 11] = [
    Notice {
        name: "CLIP by OpenAI, https://github.com/openai/CLIP",
        licence: "MIT",
        used_for: "the vocabulary of the tokenizer",
        text: include_str!("../notices/clip-vocabulary.txt"),
    },
    Notice {
        name: "ftfy by Robyn Speer, https://github.com/rspeer/python-ftfy",
        licence: "Apache-2.0",
        used_for: "the heuristics by which the tokenizer recognises broken text, rewritten in Rust",
        text: APACHE,
    },
    Notice {
        name: "Twemoji by Twitter and contributors, https://github.com/jdecked/twemoji",
        licence: "CC-BY-4.0",
        used_for: TRAINING,
        text: CC_BY,
    },
    Notice {
        name: "Emoji One (Colored) 2.3 by Emoji One, https://github.com/EmojiTwo/emojitwo",
        licence: "CC-BY-4.0",
        used_for: TRAINING,
        text: CC_BY,
    },
    Notice {
        name: "Streamline Emojis by Streamline, https://github.com/webalys-hq/streamline-vectors",
        licence: "CC-BY-4.0",
        used_for: TRAINING,
        text: CC_BY,
    },
    Notice {
        name: "Noto Emoji by Google Inc, https://github.com/googlefonts/noto-emoji",
        licence: "Apache-2.0",
        used_for: TRAINING,
        text: APACHE,
    },
    Notice {
        name: "Firefox OS Emoji by Mozilla, https://github.com/mozilla/fxemoji",
        licence: "Apache-2.0",
        used_for: "images that the embedded model clipig-tiny was evaluated on, not trained",
        text: APACHE,
    },
    Notice {
        name: "Fluent Emoji by Microsoft Corporation, https://github.com/microsoft/fluentui-emoji",
        licence: "MIT",
        used_for: TRAINING,
        text: include_str!("../notices/fluent-emoji.txt"),
    },
    Notice {
        name: "Fluent Emoji 3D packaged by LobeHub, https://github.com/lobehub/fluent-emoji",
        licence: "MIT",
        used_for: TRAINING,
        text: include_str!("../notices/fluent-emoji-3d.txt"),
    },
    Notice {
        name: "Unicode CLDR annotations, https://cldr.unicode.org",
        licence: "Unicode-3.0",
        used_for: CAPTIONS,
        text: include_str!("../notices/unicode-cldr.txt"),
    },
    Notice {
        name: "Emojibase by Miles Johnson, https://github.com/milesj/emojibase",
        licence: "MIT",
        used_for: CAPTIONS,
        text: include_str!("../notices/emojibase.txt"),
    },
];

/// All of them. Libtorch (BSD-3-Clause) is fetched at set-up with its own NOTICE and is not part of
/// clipig; the licences of the Rust crates are listed elsewhere.
pub fn notices() -> &'static [Notice] {
    &NOTICES
}

#[cfg(test)]
mod tests {
    use super::notices;

    #[test]
    fn each_notice_is_complete() {
        for notice in notices() {
            let start = notice.text.get(..notice.text.len().min(200)).unwrap_or_default();
            let says = match notice.licence {
                "MIT" => {
                    notice.text.contains("Permission is hereby granted") && notice.text.contains("Copyright")
                }
                "Apache-2.0" => start.contains("Apache License"),
                "CC-BY-4.0" => start.contains("licenses/by/4.0") && start.contains("Changes"),
                "Unicode-3.0" => start.contains("UNICODE LICENSE V3"),
                other => panic!("{other} is new: say here how its text begins"),
            };
            assert!(says, "{}", notice.name);
            assert!(notice.name.contains("https://") && !notice.used_for.is_empty());
        }
    }
}
