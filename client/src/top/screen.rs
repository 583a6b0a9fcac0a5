//! The terminal: keys in, pictures out.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEvent, KeyEventKind};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::watch;

use super::board::{Board, Reaction};
use super::feed::{self, News};
use super::{act, view};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::farm::connection::Connection;

/// What may wait between the parts.
const WAITING: usize = 16;

/// Something that a person did to the terminal.
enum Input {
    Key(KeyEvent),
    /// It has another size.
    Resized,
}

/// Gives the terminal back as it was, however this ends.
struct Restore;

impl Drop for Restore {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// Shows a farm until the person quits.
pub(crate) async fn show(
    connection: Connection,
    address: String,
    interval: Duration,
) -> Result<ExitCode, Failure> {
    // Before the terminal changes: whoever cannot reach the farm at all reads why, as with any command.
    let first = feed::snapshot(&connection).await?;
    let mut board = Board::new(address);
    board.handle_news(News::Snapshot(Box::new(first)));
    let mut terminal = ratatui::try_init()
        .map_err(|error| Failure::failed(format!("the terminal cannot be used for this: {error}")))?;
    let restore = Restore;
    let outcome = run(&mut terminal, &mut board, &connection, interval).await;
    drop(restore);
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn run(
    terminal: &mut DefaultTerminal,
    board: &mut Board,
    connection: &Connection,
    interval: Duration,
) -> Result<(), Failure> {
    let broken = |error: std::io::Error| Failure::failed(format!("the terminal is gone: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(broken)?;
    let mut input = inputs();
    let (sender, mut news) = mpsc::channel(WAITING);
    let (hurry, hurried) = watch::channel(());
    let feeding = tokio::spawn(feed::run(connection.clone(), interval, hurried, sender.clone()));
    let outcome = loop {
        if let Err(error) = terminal.draw(|frame| view::draw(frame, board, Timestamp::now())) {
            break Err(broken(error));
        }
        tokio::select! {
            // The end of the input is the end of the terminal.
            got = input.recv() => match got {
                None => break Ok(()),
                Some(Input::Resized) => {}
                Some(Input::Key(key)) => match board.handle_key(key) {
                    Reaction::Redraw => {}
                    Reaction::Quit => break Ok(()),
                    Reaction::Do(command) => {
                        board.said = Some(format!("{command} …"));
                        let (connection, sender, hurry) = (connection.clone(), sender.clone(), hurry.clone());
                        tokio::spawn(async move {
                            let said = act::act(&connection, &command).await;
                            // Nobody listens after the person has quit.
                            let _ = sender.send(News::Done(said)).await;
                            hurry.send_replace(());
                        });
                    }
                },
            },
            Some(news) = news.recv() => board.handle_news(news),
            _ = terminate.recv() => break Ok(()),
        }
    };
    feeding.abort();
    outcome
}

/// Keys as they are pressed. The thread that waits for them ends with the process.
fn inputs() -> Receiver<Input> {
    let (sender, receiver) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        loop {
            let input = match event::read() {
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => Input::Key(key),
                Ok(Event::Resize(..)) => Input::Resized,
                Ok(_) => continue,
                Err(_) => return,
            };
            if sender.blocking_send(input).is_err() {
                return;
            }
        }
    });
    receiver
}
