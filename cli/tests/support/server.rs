//! A small HTTP server that breaks off once, and a small file that passes for RN101.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

/// Serves `body` at every path; of the first request, `cut` bytes. Returns its address.
pub(crate) fn start(body: Vec<u8>, cut: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for (request, stream) in listener.incoming().flatten().enumerate() {
            let mut start = 0;
            let head =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            for line in head {
                if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
                    start = range.trim_end_matches('-').parse().unwrap_or(0);
                }
            }
            let rest = &body[start..];
            let range = format!("Content-Range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len());
            let (status, range) = if start == 0 { ("200 OK", "") } else { ("206 Partial", range.as_str()) };
            let length = rest.len();
            let head = format!(
                "HTTP/1.1 {status}\r\n{range}ETag: \"1\"\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let sent = if request == 0 { cut.min(length) } else { length };
            // Whoever goes away early gets nothing.
            let _ = (&stream).write_all(head.as_bytes()).and_then(|()| (&stream).write_all(&rest[..sent]));
        }
    });
    address
}

/// A safetensors file with RN101's dimensions.
pub(crate) fn weights() -> Vec<u8> {
    clipig_testing::model_file::float16_file(&clipig_testing::model_file::rn101(), 1)
}
