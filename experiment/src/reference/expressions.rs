//! The part of the reference about values and expressions.

/// What a group of variables is called.
pub(super) fn group_name(group: &str) -> &str {
    match group {
        "target_feature" => "`sim` of the feature",
        "target_constraint" => "`sim` of the target",
        group => group,
    }
}

/// How values are written, and what expressions may use.
pub(super) const PAGE: &str = "\
## Values

- **Numbers** may be written as expressions: `10*10`, `1/3`, `sqrt(2)`. Integers cut off fractions.
- **Lists of numbers** are YAML lists, or numbers separated by commas, or by spaces: `[1, 2]`, `1, 2`, `1 2`. One \
value is copied to all places. An expression that contains spaces or commas goes into a YAML list:

  ```yaml
  resolution:
    - 224 if t < .5 else 448
  ```

- **Times** are epochs where they are integers (`100`), shares of the run where they have a point (`.5`), or \
percentages (`30%`).
- **Yes or no**: `yes`, `no`, `on`, `off`, `true`, `false`.
- Several files are read one on top of the other: later values win; `targets`, `postproc` and other lists of entries \
grow.

## Expressions

Expressions are written as in Python: `+ - * / // % **`, comparisons (`0 < t <= .5`), `and`, `or`, `not`, \
`a if c else b`, lists, `{0: 8, 1: 16}.get(int(t*16), 224)`.

| variables | where | meaning |
|---|---|---|
| `epoch` | time | the epoch, from 0 |
| `time`, `t` | time | the share of the run that is over, 0 to 1 |
| `time2` … `time5`, `t2` … `t5` | time | its powers: they rise later and steeper |
| `time_inverse`, `ti` | time | `1 - t`: falls from 1 to 0 |
| `time_inverse2` … `time_inverse5`, `ti2` … `ti5` | time | its powers |
| `time_step(a, b)`, `ts(a, b)` | time | rises from 0 to 1 while `t` goes from `a` to `b` |
| `resolution`, `res` | resolution | width and height as a list |
| `width`, `height` | resolution | of the picture in pixels |
| `learnrate`, `lr` | learnrate | the learn rate of this epoch |
| `learnrate_scale`, `lrs` | learnrate | its factor |
| `frame`, `frames` | animation | the number of the frame, from 0, and how many there are |
| `similarity`, `sim` | `sim` | the similarity with the feature (or the mean of the target's features), 0 to 100 |

Functions and constants: everything numeric in Python's `math` (`sin`, `cos`, `sqrt`, `exp`, `pi`, …), `abs`, `min`, \
`max`, `round`, `int`, `float`, `len`, `sum`, `range`, and the random functions `random()`, `uniform(a, b)`, \
`randint(a, b)`, `gauss(mean, deviation)`, `choice([…])` and others. Random numbers depend on the seed alone: the \
same seed gives the same picture.
";
