//! Laws of expressions: nothing panics, every cost is bounded, arithmetic is Python's.

use std::time::Duration;

use clipig_experiment::expression::{Expression, Float, Int, Scope, Value, Variables};
use clipig_experiment::random::Key;
use clipig_testing::CpuClock;
use proptest::prelude::*;

const ALL: Variables = Variables { time: true, resolution: true, learnrate: true, similarity: true };

fn scope() -> Scope {
    Scope::new(Key::root(1), 3, 11).with_resolution(64, 48).with_learnrate(0.01, 0.5).with_similarity(20.0)
}

fn evaluate(text: &str) -> Result<Value, String> {
    let expression = Expression::parse(text, ALL, "x").map_err(|error| error.message)?;
    expression.evaluate(&scope()).map_err(|error| error.message)
}

/// Pieces that make expressions likelier than plain letters do.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "t",
        "res",
        "width",
        "x",
        "1",
        "0",
        "2.5",
        "10**9",
        "'a'",
        "None",
        "True",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".get(",
        "+",
        "-",
        "*",
        "**",
        "/",
        "//",
        "%",
        "<",
        "<<",
        "==",
        "=",
        "~",
        "&",
        " and ",
        " not ",
        " if ",
        " else ",
        " for x in ",
        " in ",
        " is ",
        "sin(",
        "sum(",
        "range(",
        "max(",
        "random()",
        "factorial(",
        "gcd(",
        "round(",
        "int(",
        "ts(",
        "*res",
        "lambda",
        "é",
        "\\",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_answered(text in ".{0,60}") {
        let _ = evaluate(&text);
    }

    #[test]
    fn any_soup_is_answered_quickly(text in soup()) {
        let start = CpuClock::start();
        if let Err(error) = Expression::parse(&text, ALL, "x") {
            prop_assert!(text.get(error.range).is_some(), "{text}: a range outside of the text");
        }
        let _ = evaluate(&text);
        let _ = Float::parse(&text, ALL, "x");
        let _ = Int::parse(&text, ALL, "x");
        prop_assert!(start.elapsed() < Duration::from_secs(1), "{text}");
    }

    #[test]
    fn whole_numbers_divide_as_in_python(a in -1000_i64..1000, size in 1_i64..50, negative: bool) {
        let b = if negative { -size } else { size };
        let whole = |text: String| evaluate(&text).unwrap().as_i64().unwrap();
        let (quotient, rest) = (whole(format!("({a}) // ({b})")), whole(format!("({a}) % ({b})")));
        prop_assert_eq!(quotient * b + rest, a);
        prop_assert!(rest == 0 || (rest < 0) == (b < 0));
        prop_assert_eq!(quotient, (a as f64 / b as f64).floor() as i64);
        prop_assert_eq!(whole(format!("{a} + {b} * {a} - {b}")), a + b * a - b);
    }

    #[test]
    fn floats_compute_as_the_processor_does(a in -1e6..1e6_f64, b in -1e6..1e6_f64) {
        let float = |text: String| evaluate(&text).unwrap().as_f64().unwrap().to_bits();
        prop_assert_eq!(float(format!("({a:?}) + ({b:?})")), (a + b).to_bits());
        prop_assert_eq!(float(format!("({a:?}) * ({b:?})")), (a * b).to_bits());
        let divisor = b.abs() + 1.0;
        prop_assert_eq!(float(format!("({a:?}) / {divisor:?}")), (a / divisor).to_bits());
    }
}

#[test]
fn greedy_expressions_fail_at_once() {
    let nested = "[".repeat(100_000);
    let sums = "1|1^1&1<<1+1*(".repeat(40);
    for text in [
        "10**10**10",
        "9**9**9**9",
        "[0]*10**9",
        "factorial(10**6)",
        "range(10**12)",
        "comb(10**6, 5*10**5)",
        "perm(10**300, 60)",
        "gcd(10**4900, 10**4800+1)",
        "1<<10**12",
        "'a'*10**9",
        "['a'*9999]*10**4",
        "[[[0]*100]*100]*100",
        "[x for a in range(10000) for b in range(10000) for x in [1]]",
        "prod([10**4900]*10)",
        "[(10**4900)%(x+10**2400) for x in range(10000)]",
        "getrandbits(10**9)",
        "sum([[0]*1000 for x in range(10000)], [])",
        "max(*[0]*9999, *[0]*9999)",
        &nested,
        &sums,
    ] {
        let start = CpuClock::start();
        assert!(evaluate(text).is_err(), "{}", &text[..60.min(text.len())]);
        assert!(
            start.elapsed() < Duration::from_millis(500),
            "{}: {:?}",
            &text[..60.min(text.len())],
            start.elapsed()
        );
    }
}

#[test]
fn the_deepest_expression_fits_a_small_stack() {
    let open = "1 or 1 and not 1<1|1^1&1<<1+1*(";
    let text = format!("{}1{}", open.repeat(23), ")".repeat(23));
    let calls = format!("{}t{}", "max(0,[".repeat(23), "][0])".repeat(23));
    let small = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
        evaluate(&text).expect("a deep value");
        evaluate(&calls).expect("deep calls");
    });
    small.expect("a thread").join().expect("no overflow");
}
