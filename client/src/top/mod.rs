//! `clipig top`: the farm as it moves.
//!
//! ```text
//! terminal ──keys──▶ Board ──Reaction──▶ act ──▶ farm
//!                      ▲ │
//! farm ─▶ feed ────────┘ └──▶ view ──▶ terminal
//! ```
//!
//! [`Board`](board::Board) decides what is shown and what a key does. It knows neither farm nor terminal: what it is
//! told, it is told as values, so its tests need none.

mod act;
mod board;
mod feed;
mod order;
mod pace;
mod screen;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use self::screen::show;
