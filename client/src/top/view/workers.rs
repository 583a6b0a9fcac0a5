//! The table of workers.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Cell, Row, Table, TableState};

use super::super::board::{Board, Pane};
use super::jobs::right;
use super::{WIDE, frame_of, heading, selected, title, worker_style};
use crate::farm::show::columns::plain;
use crate::farm::show::{worker_state, workers};
use crate::farm::time;
use crate::farm::wire::Worker;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, board: &Board, now: Timestamp) {
    let found = board.workers();
    let has_keys = board.pane == Pane::Workers;
    let title = title("workers", board, found.len(), board.worker_order.word(), Pane::Workers);
    let is_wide = area.width >= WIDE;
    let rows = found.iter().map(|worker| {
        let pace = board.paces.of(&worker.name).map(|pace| format!("{pace:.1}")).unwrap_or_default();
        row(worker, &pace, is_wide, now)
    });
    let mut widths = [if is_wide { 30 } else { 18 }, 11, 10, 8, 8, 6].map(Constraint::Length).to_vec();
    let mut names = vec![
        Cell::from("worker"),
        Cell::from("state"),
        Cell::from("device"),
        right("shards/s"),
        right("done"),
        right("failed"),
    ];
    if is_wide {
        widths.extend([40, 7, 8, 14].map(Constraint::Length));
        names.extend([Cell::from("model"), right("memory"), Cell::from("version"), Cell::from("connected")]);
    }
    widths.push(Constraint::Fill(1));
    names.push(Cell::from("computes"));
    let table = Table::new(rows, widths)
        .header(Row::new(names).style(heading()))
        .row_highlight_style(selected(has_keys))
        .block(frame_of(title, has_keys));
    let mut state = TableState::new().with_selected(board.selected_worker().filter(|_| has_keys));
    frame.render_stateful_widget(table, area, &mut state);
}

fn row(worker: &Worker, pace: &str, is_wide: bool, now: Timestamp) -> Row<'static> {
    let state = worker.state();
    let cores = if worker.cores > 1 { format!(" x {}", worker.cores) } else { String::new() };
    let mut cells = vec![
        Cell::from(plain(&worker.name, 60)),
        Cell::from(Span::styled(worker_state(state), worker_style(state))),
        Cell::from(format!("{}{cores}", plain(&worker.device, 20))),
        right(pace),
        right(&worker.shards_done.to_string()),
        right(&worker.leases_failed.to_string()),
    ];
    if is_wide {
        let memory = if worker.memory == 0 { String::new() } else { time::bytes(worker.memory) };
        cells.extend([
            Cell::from(worker.kind.as_ref().map(|kind| plain(&kind.model, 40)).unwrap_or_default()),
            right(&memory),
            Cell::from(plain(&worker.version, 20)),
            Cell::from(worker.since.as_ref().map(|since| time::ago(now, since)).unwrap_or_default()),
        ]);
    }
    cells.push(Cell::from(workers::summary(worker, now)));
    Row::new(cells)
}

/// What the columns have no room for.
pub(super) fn detail(worker: &Worker, now: Timestamp) -> Text<'static> {
    let mut parts = Vec::new();
    if let Some(kind) = &worker.kind {
        parts.push(plain(&kind.model, 80));
        parts.push(format!("libtorch {}", plain(&kind.libtorch, 20)));
        parts.extend((!kind.capability.is_empty()).then(|| plain(&kind.capability, 40)));
    }
    parts.push(format!("clipig {}", plain(&worker.version, 20)));
    parts.extend(worker.last_heard.as_ref().map(|heard| format!("last heard {}", time::ago(now, heard))));
    let (summary, state) = (workers::summary(worker, now), worker.state());
    let mut line = format!("{} is {}", plain(&worker.name, 60), worker_state(state));
    if !summary.is_empty() {
        line = format!("{line}: {summary}");
    }
    Text::from(vec![Line::styled(line, worker_style(state)), Line::raw(parts.join(", "))])
}
