//! What shards need of the canvas.

use std::ops::Range;
use std::sync::Arc;

use crate::tile_set::TileSet;

/// The tiles of the canvas that each shard of an epoch is computed from.
#[derive(Clone, Debug)]
pub struct ShardTiles(Arc<[Option<TileSet>]>);

impl ShardTiles {
    /// The tiles of each shard; `None` for one that needs the whole canvas.
    pub fn new(shards: Vec<Option<TileSet>>) -> Self {
        Self(shards.into())
    }

    /// Every shard needs the whole canvas, or may have it at no cost.
    pub fn whole() -> Self {
        Self::new(Vec::new())
    }

    /// The tiles that some shards need together; `None` where they need the whole canvas.
    pub fn of(&self, shards: Range<u32>) -> Option<TileSet> {
        let mut shards = self.0.get(shards.start as usize..shards.end as usize)?.iter();
        let mut tiles = shards.next()?.clone()?;
        for shard in shards {
            tiles.add(shard.as_ref()?);
        }
        Some(tiles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tile::TileGrid;

    #[test]
    fn shards_need_the_tiles_of_each_of_them() {
        let grid = TileGrid::new(640, 640);
        let set = |numbers: &[usize]| {
            let mut set = TileSet::none(grid);
            for &number in numbers {
                set.insert(number);
            }
            set
        };
        let tiles = ShardTiles::new(vec![Some(set(&[1, 2])), Some(set(&[2, 70])), None, Some(set(&[]))]);
        assert_eq!(tiles.of(0..2), Some(set(&[1, 2, 70])));
        assert_eq!(tiles.of(3..4), Some(set(&[])));
        assert_eq!(tiles.of(1..3), None);
        assert_eq!(tiles.of(3..5), None, "of a shard that is not known, everything");
        assert_eq!(ShardTiles::whole().of(0..1), None);
    }
}
