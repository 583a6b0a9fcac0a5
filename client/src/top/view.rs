//! The picture of a board. Wide terminals get more columns.

mod jobs;
mod workers;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use super::board::{Board, Mode, Pane};
use crate::farm::show::columns::plain;
use crate::farm::show::{job_state, worker_state};
use crate::farm::time;
use crate::farm::wire::{Farm, JobState, WorkerState};

/// From this width on there is room for the columns that are nice to have.
const WIDE: u16 = 120;

/// Rows of the text about the selected row.
const DETAIL: u16 = 3;

/// Draws the whole picture.
pub(super) fn draw(frame: &mut Frame<'_>, board: &Board, now: Timestamp) {
    let area = frame.area();
    let warnings = board.snapshot.as_ref().map_or(0, |snapshot| snapshot.farm.warnings.len().min(2)) as u16;
    // Two lines are the table's frame and heading.
    let wanted = board.workers().len() as u16 + 2;
    let workers = wanted.min((area.height / 3).max(4));
    let rows = Layout::vertical([
        Constraint::Length(2 + warnings + u16::from(board.lost.is_some())),
        Constraint::Min(3),
        Constraint::Length(workers),
        Constraint::Length(DETAIL + 1),
        Constraint::Length(1),
    ]);
    let [head, middle, lower, detail, foot] = rows.areas(area);
    draw_head(frame, head, board, now);
    jobs::draw(frame, middle, board);
    workers::draw(frame, lower, board, now);
    draw_detail(frame, detail, board, now);
    frame.render_widget(Paragraph::new(keys(board, area.width >= WIDE)), foot);
}

fn draw_head(frame: &mut Frame<'_>, area: Rect, board: &Board, now: Timestamp) {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let clock = now.strftime("%H:%M:%S UTC").to_string();
    let mut title = vec![Span::styled(format!("clipig top  {}", plain(&board.address, 60)), bold)];
    if let Some(snapshot) = &board.snapshot {
        let farm = &snapshot.farm;
        title.push(Span::raw(format!(
            "  {}, up for {}",
            plain(&farm.version, 20),
            time::duration(farm.uptime_seconds)
        )));
    }
    let mut lines = vec![Line::from(title)];
    if let Some(why) = &board.lost {
        let text = format!("no connection, trying again: {}", plain(why, 100));
        lines.push(Line::styled(text, Style::new().fg(Color::Red).add_modifier(Modifier::BOLD)));
    }
    if let Some(snapshot) = &board.snapshot {
        lines.push(Line::from(counts(&snapshot.farm)));
        let warning = |text: &String| {
            Line::styled(format!("warning: {}", plain(text, 200)), Style::new().fg(Color::Yellow))
        };
        lines.extend(snapshot.farm.warnings.iter().take(2).map(warning));
    } else {
        lines.push(Line::raw("waiting for the farm …"));
    }
    frame.render_widget(Paragraph::new(lines), area);
    let width = clock.len() as u16;
    if area.width >= WIDE {
        let right = Rect { x: area.right() - width, width, height: 1, ..area };
        frame.render_widget(Paragraph::new(clock), right);
    }
}

/// `jobs 2 running, 1 waiting · workers 3 busy · 120.5 samples/s · 99 GB free`.
fn counts(farm: &Farm) -> String {
    let or_none = |parts: Vec<String>| if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
    // Ended jobs only grow in number.
    let open = [JobState::Running, JobState::Preparing, JobState::Waiting, JobState::Paused];
    let jobs = open.into_iter().filter_map(|state| {
        let found = farm.jobs.iter().find(|jobs| jobs.state() == state && jobs.count > 0)?;
        Some(format!("{} {}", found.count, job_state(state)))
    });
    let workers = farm.workers.iter().filter(|workers| workers.count > 0);
    let workers = workers.map(|workers| format!("{} {}", workers.count, worker_state(workers.state())));
    format!(
        "jobs: {} · workers: {} · {:.1} samples/s · {} free",
        or_none(jobs.collect()),
        or_none(workers.collect()),
        farm.samples_per_second,
        time::bytes(farm.disk_free)
    )
}

/// All about the selected row that its columns have no room for.
fn draw_detail(frame: &mut Frame<'_>, area: Rect, board: &Board, now: Timestamp) {
    let text = match board.pane {
        Pane::Jobs => {
            board.selected_job().and_then(|row| board.jobs().get(row).map(|job| jobs::detail(job, now)))
        }
        Pane::Workers => board
            .selected_worker()
            .and_then(|row| board.workers().get(row).map(|one| workers::detail(one, now))),
    };
    let block = Block::new().borders(Borders::TOP).border_style(dim());
    let text = Paragraph::new(text.unwrap_or_default()).wrap(Wrap { trim: true }).block(block);
    frame.render_widget(text, area);
}

/// The last line: a question, the filter, what was done, or the keys.
fn keys(board: &Board, is_wide: bool) -> Line<'static> {
    let bright = Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD);
    match &board.mode {
        Mode::Question(command) => Line::styled(format!("{command}? y: yes, any other key: no"), bright),
        Mode::Filter => Line::styled(format!("/{}▏ Enter: keep, Esc: clear", board.filter), bright),
        Mode::Browse => {
            if let Some(said) = &board.said {
                return Line::styled(plain(said, 200), bright);
            }
            let verbs = match board.pane {
                Pane::Jobs => "p pause  r resume  c cancel  a all",
                Pane::Workers => "p pause  r resume  d drain",
            };
            let more = if is_wide { "  ↑↓ select  S reverse" } else { "" };
            Line::styled(format!("q quit  tab switch  s sort  / filter  {verbs}{more}"), dim())
        }
    }
}

/// The frame of a table: a line with its title, and bright where keys go to it.
fn frame_of(title: String, has_keys: bool) -> Block<'static> {
    let style = if has_keys { Style::new().add_modifier(Modifier::BOLD) } else { dim() };
    Block::new().borders(Borders::TOP).border_style(dim()).title(Span::styled(title, style))
}

fn title(what: &str, board: &Board, shown: usize, order: &str, pane: Pane) -> String {
    let reversed = if board.is_reversed && board.pane == pane { ", reversed" } else { "" };
    let filter = if board.filter.is_empty() {
        String::new()
    } else {
        format!(", with `{}`", plain(&board.filter, 30))
    };
    format!(" {what} ({shown}, by {order}{reversed}{filter}) ")
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

fn heading() -> Style {
    Style::new().add_modifier(Modifier::UNDERLINED)
}

/// The selected row: reversed where keys go, marked elsewhere.
fn selected(has_keys: bool) -> Style {
    Style::new().add_modifier(if has_keys { Modifier::REVERSED } else { Modifier::BOLD })
}

fn job_style(state: JobState) -> Style {
    match state {
        JobState::Preparing | JobState::Running => Style::new().fg(Color::Cyan),
        JobState::Completed => Style::new().fg(Color::Green),
        JobState::Failed => Style::new().fg(Color::Red),
        JobState::Paused => Style::new().fg(Color::Yellow),
        JobState::Cancelled => dim(),
        JobState::Unspecified | JobState::Waiting => Style::new(),
    }
}

fn worker_style(state: WorkerState) -> Style {
    match state {
        WorkerState::Busy => Style::new().fg(Color::Cyan),
        WorkerState::Quarantined | WorkerState::Lost => Style::new().fg(Color::Red),
        WorkerState::Paused | WorkerState::Draining => Style::new().fg(Color::Yellow),
        WorkerState::Unspecified | WorkerState::Idle => Style::new(),
    }
}
