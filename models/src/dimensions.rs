//! Reads the shape of a CLIP model off its tensors.
//!
//! A few of them tell the dimensions; from these follow all that must be there ([`Inventory`]). A model
//! is taken only where every tensor of every block has its shape and nothing is left over that would
//! change the result: whoever computes with it then needs no guesses.

use crate::{
    architecture::{Architecture, Naming, Vision},
    header::Header,
    inventory::Inventory,
    names,
};

/// More blocks than any model has; the largest public tower has 56. A name in a stranger's file cannot ask
/// for more memory than this many blocks take.
const MOST_BLOCKS: u32 = 1_024;
/// More channels than any stem has.
const WIDEST: u32 = 1 << 16;
/// Side of a window that nobody needs, in pixels.
const LARGEST_WINDOW: u32 = 1 << 14;

impl Architecture {
    /// Reads the shape from the header and checks that every tensor is there in its shape. Returns with
    /// it the names of tensors that nothing uses and that change nothing.
    ///
    /// # Errors
    /// A sentence whose subject is the file: which tensors lack, misfit or are left over.
    pub(crate) fn of_header(header: &Header) -> Result<(Self, Vec<String>), String> {
        let tensors = Tensors { header };
        let architecture = if header.shape(&names::hugging_face("token_embedding.weight")[0]).is_some() {
            tensors.read(Naming::HuggingFace)
        } else {
            tensors.read(Naming::OpenAi)
        }?;
        let unused = Inventory::of(&architecture, header).check(header)?;
        Ok((architecture, unused))
    }
}

/// Reads shapes with errors that name the tensor.
struct Tensors<'a> {
    header: &'a Header,
}

impl Tensors<'_> {
    fn shape<const N: usize>(&self, name: &str) -> Result<[u32; N], String> {
        let shape = self.header.shape(name).ok_or_else(|| format!("it has no tensor \"{name}\""))?;
        let numbers: Option<Vec<u32>> = shape.iter().map(|&n| u32::try_from(n).ok()).collect();
        let numbers: Option<[u32; N]> = numbers.and_then(|numbers| numbers.try_into().ok());
        match numbers {
            Some(numbers) if numbers.contains(&0) => Err(format!("its tensor \"{name}\" is empty")),
            Some(numbers) => Ok(numbers),
            None => Err(format!("its tensor \"{name}\" has the shape {shape:?}, not {N} dimensions")),
        }
    }

    /// The number of blocks below a prefix such as `transformer.resblocks.`: the greatest index and one.
    fn blocks(&self, prefix: &str) -> Result<u32, String> {
        let of_name = |name: &str| name.strip_prefix(prefix)?.split('.').next()?.parse::<u32>().ok();
        let greatest = self.header.tensors.keys().filter_map(|name| of_name(name)).max();
        match greatest {
            None => Err(format!("it has no tensor \"{prefix}0…\"")),
            Some(index) if index >= MOST_BLOCKS => {
                Err(format!("its tensors count to \"{prefix}{index}\", more blocks than any model has"))
            }
            Some(index) => Ok(index + 1),
        }
    }

    fn read(&self, naming: Naming) -> Result<Architecture, String> {
        let name = |original: &str| match naming {
            Naming::OpenAi => original.to_owned(),
            Naming::HuggingFace => names::hugging_face(original).swap_remove(0),
        };
        // Hugging Face's projections are [out, in].
        let embedding = |[rows, columns]: [u32; 2]| match naming {
            Naming::OpenAi => columns,
            Naming::HuggingFace => rows,
        };
        // `{tower}.resblocks.` or `{tower}.encoder.layers.`, read off a name of the first block.
        let blocks = |tower: &str| {
            let first = name(&format!("{tower}.resblocks.0.ln_1.weight"));
            self.blocks(first.split("0.").next().unwrap_or_default())
        };
        let feed_forward = |tower: &str| {
            let [width, _] = self.shape(&name(&format!("{tower}.resblocks.0.mlp.c_fc.weight")))?;
            Ok::<_, String>(width)
        };
        let [vocabulary, text_width] = self.shape(&name("token_embedding.weight"))?;
        let [context, _] = self.shape(&name("positional_embedding"))?;
        let embed_dim = embedding(self.shape(&name("text_projection"))?);
        let is_resnet = self.header.shape("visual.layer1.0.conv1.weight").is_some();
        let (vision, input_size) = if is_resnet {
            let [width, ..] = self.shape::<4>("visual.layer1.0.conv1.weight")?;
            let [positions, _] = self.shape("visual.attnpool.positional_embedding")?;
            let mut layers = [0; 4];
            for (layer, count) in (1..).zip(&mut layers) {
                *count = self.blocks(&format!("visual.layer{layer}."))?;
            }
            if width > WIDEST {
                return Err(format!("its image tower has {width} channels, more than any model has"));
            }
            (Vision::ResNet { width, layers }, window(positions, 32)?)
        } else {
            let [width, _, patch, _] = self.shape(&name("visual.conv1.weight"))?;
            let [positions, _] = self.shape(&name("visual.positional_embedding"))?;
            let tower = "visual.transformer";
            let (layers, feed_forward) = (blocks(tower)?, feed_forward(tower)?);
            (Vision::Transformer { width, layers, feed_forward, patch }, window(positions, patch)?)
        };
        let (text_layers, text_feed_forward) = (blocks("transformer")?, feed_forward("transformer")?);
        Ok(Architecture {
            naming,
            vision,
            input_size,
            embed_dim,
            context,
            vocabulary,
            text_width,
            text_layers,
            text_feed_forward,
        })
    }
}

/// The side of the window: a square of patches (and one position for the class or the mean).
fn window(positions: u32, patch: u32) -> Result<u32, String> {
    let grid = positions.saturating_sub(1).isqrt();
    if grid == 0 || grid * grid + 1 != positions {
        return Err(format!("its image tower has {positions} positions, which is not a square and one"));
    }
    let side = grid.checked_mul(patch).filter(|&side| side <= LARGEST_WINDOW);
    side.ok_or_else(|| format!("its window of {grid} x {grid} patches of {patch} pixels is too large"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clipig_testing::model_file::{Shape, hugging_face, rn101, small_clip};
    use safetensors::Dtype;

    use crate::{
        architecture::{Architecture, Naming, Vision},
        header::{Header, Tensor},
        names, registry,
    };

    fn header(shapes: &[Shape]) -> Header {
        let tensor =
            |shape: &[usize]| Tensor { dtype: Dtype::F16, shape: shape.to_vec(), bytes: 0..0, file: 0 };
        let tensors: BTreeMap<_, _> =
            shapes.iter().map(|(name, shape)| (name.clone(), tensor(shape))).collect();
        Header { tensors }
    }

    #[test]
    fn reads_the_original_resnet() {
        let (shape, unused) = Architecture::of_header(&header(&rn101())).unwrap();
        assert_eq!(shape.vision, Vision::ResNet { width: 64, layers: [1; 4] });
        assert_eq!((shape.input_size, shape.vision_width()), (224, 2_048));
        assert!(unused.is_empty());
        assert_eq!(shape.mismatch(&registry::find("RN101").unwrap().spec), None);
        assert!(shape.mismatch(&registry::find("RN50").unwrap().spec).unwrap().contains("1024"));
    }

    #[test]
    fn reads_both_namings() {
        let original = small_clip(96, 32);
        let (shape, _) = Architecture::of_header(&header(&original)).unwrap();
        let vision = Vision::Transformer { width: 96, layers: 2, feed_forward: 384, patch: 8 };
        assert_eq!((shape.naming, shape.vision), (Naming::OpenAi, vision));
        assert_eq!((shape.input_size, shape.embed_dim, shape.context), (16, 8, 77));
        assert_eq!((shape.text_width, shape.text_layers, shape.text_feed_forward), (32, 2, 128));
        let renamed = hugging_face(&original, names::hugging_face);
        let (other, _) = Architecture::of_header(&header(&renamed)).unwrap();
        assert_eq!(other, Architecture { naming: Naming::HuggingFace, ..shape });
    }

    #[test]
    fn feed_forward_layers_have_any_width() {
        let mut shapes = small_clip(96, 32);
        for (name, shape) in &mut shapes {
            let wide = name.starts_with("visual.") && name.contains(".mlp.");
            for size in shape.iter_mut().filter(|size| wide && **size == 384) {
                *size = 418;
            }
        }
        let (shape, _) = Architecture::of_header(&header(&shapes)).unwrap();
        assert!(matches!(shape.vision, Vision::Transformer { feed_forward: 418, .. }));
    }

    #[test]
    fn other_models_are_told_what_lacks() {
        let error = Architecture::of_header(&header(&[("a".to_owned(), vec![2, 2])])).unwrap_err();
        assert!(error.contains("token_embedding"), "{error}");
        let mut odd = small_clip(96, 32);
        for (name, shape) in &mut odd {
            if name == "visual.positional_embedding" {
                shape[0] = 6;
            }
        }
        assert!(Architecture::of_header(&header(&odd)).unwrap_err().contains("square"));
    }
}
