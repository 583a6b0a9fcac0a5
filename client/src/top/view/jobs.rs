//! The table of jobs.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Cell, Row, Table, TableState};

use super::super::board::{Board, Pane};
use super::{WIDE, frame_of, heading, job_style, selected, title};
use crate::farm::show::columns::plain;
use crate::farm::show::{has_ended, job_state, jobs};
use crate::farm::time;
use crate::farm::wire::{Job, JobState};

/// Cells of the bar.
const BAR: usize = 10;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, board: &Board) {
    let found = board.jobs();
    let has_keys = board.pane == Pane::Jobs;
    let title = title("jobs", board, found.len(), board.job_order.word(), Pane::Jobs);
    let is_wide = area.width >= WIDE;
    let rows = found.iter().map(|job| row(job, is_wide));
    let mut widths = vec![
        Constraint::Length(5),
        Constraint::Length(9),
        Constraint::Length(BAR as u16 + 5),
        Constraint::Length(10),
        Constraint::Length(8),
        Constraint::Length(7),
    ];
    let mut names = vec![
        right("job"),
        Cell::from("state"),
        Cell::from("progress"),
        right("left"),
        right("samp./s"),
        right("workers"),
    ];
    if is_wide {
        widths.extend([13, 11, 4, 9, 18].map(Constraint::Length));
        names.extend([
            right("epochs"),
            right("pixels"),
            right("prio"),
            right("loss"),
            Cell::from("submitted by"),
        ]);
    }
    widths.push(Constraint::Fill(1));
    names.push(Cell::from("name, and why it waits"));
    let table = Table::new(rows, widths)
        .header(Row::new(names).style(heading()))
        .row_highlight_style(selected(has_keys))
        .block(frame_of(title, has_keys));
    let mut state = TableState::new().with_selected(board.selected_job());
    frame.render_stateful_widget(table, area, &mut state);
}

fn row(job: &Job, is_wide: bool) -> Row<'static> {
    let state = job.state();
    let runs = state == JobState::Running;
    let left = job.eta_seconds.filter(|_| runs).map(time::duration).unwrap_or_default();
    let rate = job.samples_per_second.filter(|_| runs).map(|rate| format!("{rate:.1}")).unwrap_or_default();
    let workers = if runs { job.workers.to_string() } else { String::new() };
    let mut cells = vec![
        right(&job.number.to_string()),
        Cell::from(Span::styled(job_state(state), job_style(state))),
        Cell::from(progress(job)),
        right(&left),
        right(&rate),
        right(&workers),
    ];
    if is_wide {
        let pixels = job.resolution.map(|size| format!("{}x{}", size.width, size.height));
        cells.extend([
            right(&format!("{}/{}", job.epochs_done, job.epochs_total)),
            right(&pixels.unwrap_or_default()),
            right(&job.priority.to_string()),
            right(&job.loss.map(|loss| format!("{loss:.4}")).unwrap_or_default()),
            Cell::from(plain(&job.submitter, 18)),
        ]);
    }
    let mut name = plain(&job.name, 60);
    if !job.reason.is_empty() {
        name = format!("{name}: {}", plain(&job.reason, 200));
    }
    cells.push(Cell::from(name));
    Row::new(cells)
}

/// `████▌       45%`, in steps of half a cell.
fn progress(job: &Job) -> String {
    let share = f64::from(job.epochs_done) / f64::from(job.epochs_total.max(1));
    let halves = (share.clamp(0.0, 1.0) * 2.0 * BAR as f64).round() as usize;
    let bar = "█".repeat(halves / 2) + if halves % 2 == 1 { "▌" } else { "" };
    let percent = (share * 100.0).clamp(0.0, 100.0);
    // Only what is finished is 100 %.
    let percent = if percent < 9.95 { format!("{percent:.1}") } else { format!("{:.0}", percent.floor()) };
    format!("{bar:BAR$} {percent:>3}%")
}

/// What the columns have no room for. The reason comes first: in a narrow terminal not all of the rest may be seen.
pub(super) fn detail(job: &Job, now: Timestamp) -> Text<'static> {
    let (number, state) = (job.number, job.state());
    let mut lines = Vec::new();
    if !job.reason.is_empty() || has_ended(state) {
        let why = format!("job {number} is {}: {}", job_state(state), jobs::summary(job, now));
        lines.push(Line::styled(why, job_style(state)));
    }
    let mut parts = vec![format!("job {number}: {}", plain(&job.name, 100))];
    parts.push(format!("epoch {} of {}", job.epochs_done, job.epochs_total));
    parts.extend(job.queue_place.map(|place| format!("place {place} in the queue")));
    if !job.submitter.is_empty() {
        parts.push(format!("by {}", plain(&job.submitter, 60)));
    }
    parts.extend(job.created.as_ref().map(|created| format!("submitted {}", time::ago(now, created))));
    lines.push(Line::raw(parts.join(", ")));
    if let Some(kind) = &job.kind {
        let (model, libtorch) = (plain(&kind.model, 80), plain(&kind.libtorch, 20));
        lines.push(Line::raw(format!("computed on {model}, libtorch {libtorch}")));
    }
    Text::from(lines)
}

pub(super) fn right(text: &str) -> Cell<'static> {
    Cell::from(Text::from(text.to_owned()).right_aligned())
}
