//! The files that jobs have made.

use std::ops::Range;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use clipig_core::JobId;
use clipig_proto::v1;

use super::extract::{Asked, Named};
use super::problem::{Problem, ProblemCode};
use super::values::Binary;
use super::values::job::{Artifact, ArtifactList};
use super::values::request::{ArtifactsQuery, ContentQuery};
use crate::rpc::RpcContext;
use crate::rpc::content::{Content, stream_range};
use crate::rpc::farm_service::artifacts as calls;

/// Lists the files of a job in the order of their epochs.
#[utoipa::path(get, path = "/jobs/{job}/artifacts", tag = "artifacts", operation_id = "listArtifacts",
    params(("job" = u64, Path, description = "The job's number."), ArtifactsQuery),
    responses((status = 200, body = ArtifactList), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(context): State<Arc<RpcContext>>,
    Named(job): Named<u64>,
    Asked(query): Asked<ArtifactsQuery>,
) -> Result<Json<ArtifactList>, Problem> {
    let limit = super::limit(query.limit, 10_000)?;
    let request = v1::ListArtifactsRequest { job, from_epoch: query.from_epoch, limit };
    let answer = calls::list(&context, request).await?;
    let artifacts = answer.artifacts.into_iter().map(|artifact| Artifact::of(job, artifact)).collect();
    Ok(Json(ArtifactList { artifacts, more: answer.more }))
}

/// The finished picture.
///
/// It can be kept by its `ETag`, and read in parts.
#[utoipa::path(get, path = "/jobs/{job}/picture", tag = "artifacts", operation_id = "getPicture",
    params(("job" = u64, Path, description = "The job's number."), ContentQuery),
    responses((status = 200, content_type = "image/png", body = Binary),
              (status = 206, description = "The part that the header `Range` asks for.", content_type = "image/png", body = Binary),
              (status = 304, description = "The client has it already."),
              (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn picture(
    State(context): State<Arc<RpcContext>>,
    Named(job): Named<u64>,
    Asked(query): Asked<ContentQuery>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let content = calls::open(&context, JobId(job), "picture.png").await?;
    let wanted = Wanted { method, headers, query, file: format!("clipig-{job}.png") };
    wanted.answer(content)
}

/// The canvas of an epoch.
///
/// It can be kept by its `ETag`, and read in parts.
#[utoipa::path(get, path = "/jobs/{job}/snapshots/{epoch}", tag = "artifacts", operation_id = "getSnapshot",
    params(("job" = u64, Path, description = "The job's number."), ("epoch" = u32, Path, description = "The epoch."),
           ContentQuery),
    responses((status = 200, content_type = "image/png", body = Binary),
              (status = 206, description = "The part that the header `Range` asks for.", content_type = "image/png", body = Binary),
              (status = 304, description = "The client has it already."),
              (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn snapshot(
    State(context): State<Arc<RpcContext>>,
    Named((job, epoch)): Named<(u64, u32)>,
    Asked(query): Asked<ContentQuery>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let content = calls::open(&context, JobId(job), &format!("snapshots/{epoch:08}.png")).await?;
    let wanted = Wanted { method, headers, query, file: format!("clipig-{job}-{epoch}.png") };
    wanted.answer(content)
}

/// What a client asks of a file.
struct Wanted {
    method: Method,
    headers: HeaderMap,
    query: ContentQuery,
    /// The name under which it is saved.
    file: String,
}

impl Wanted {
    fn answer(self, content: Content) -> Result<Response, Problem> {
        let tag = format!("\"{}\"", content.sha256);
        let hash = content.sha256.to_string();
        // An address that names the content never stands for anything else.
        let kept = match &self.query.sha256 {
            Some(expected) if expected.eq_ignore_ascii_case(&hash) => "private, max-age=31536000, immutable",
            _ => "private, no-cache",
        };
        let common = [(ETAG, tag.clone()), (CACHE_CONTROL, kept.to_owned())];
        if self.header(IF_NONE_MATCH).is_some_and(|tags| names(tags, &tag)) {
            return Ok((StatusCode::NOT_MODIFIED, common).into_response());
        }
        let size = content.size;
        let part = self.part(size, &tag)?;
        let range = part.clone().unwrap_or(0..size);
        let length = range.end - range.start;
        let status = if part.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        let described = [
            (CONTENT_TYPE, "image/png".to_owned()),
            (CONTENT_LENGTH, length.to_string()),
            (CONTENT_DISPOSITION, format!("inline; filename=\"{}\"", self.file)),
            (ACCEPT_RANGES, "bytes".to_owned()),
        ];
        let place =
            part.map(|part| [(CONTENT_RANGE, format!("bytes {}-{}/{size}", part.start, part.end - 1))]);
        let body = if self.method == Method::HEAD || length == 0 {
            Body::empty()
        } else {
            Body::from_stream(stream_range(content, range, |chunk| chunk.data))
        };
        let mut response = (status, common, described, body).into_response();
        for (name, value) in place.into_iter().flatten() {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The part that is asked for; `None`: all of it.
    fn part(&self, size: u64, tag: &str) -> Result<Option<Range<u64>>, Problem> {
        // Where the file has changed since, a part of it is of no use.
        if self.header(IF_RANGE).is_some_and(|expected| expected != tag) {
            return Ok(None);
        }
        match self.header(RANGE).and_then(|text| parse(text, size)) {
            Some(range) if range.start < range.end => Ok(Some(range)),
            Some(_) => Err(Problem::new(ProblemCode::Range, format!("the file has {size} bytes"))),
            None => Ok(None),
        }
    }
}

/// Does a list of tags name this one?
fn names(tags: &str, tag: &str) -> bool {
    tags.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

/// `bytes=0-99`, `bytes=100-` or `bytes=-100`. Several parts and other units are not known: the whole file is sent then,
/// as RFC 9110 allows. An empty range cannot be answered.
fn parse(text: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", last) => Some(size.saturating_sub(last.parse().ok()?)..size),
        (first, "") => Some(first.parse().ok()?..size),
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then(|| first..last.saturating_add(1).min(size))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_file_are_read_as_rfc_9110_has_them() {
        for (text, range) in [
            ("bytes=0-99", Some(0..100)),
            ("bytes=900-", Some(900..1_000)),
            ("bytes=-100", Some(900..1_000)),
            ("bytes=-5000", Some(0..1_000)),
            ("bytes=500-99999999999", Some(500..1_000)),
            ("bytes=999-999", Some(999..1_000)),
            ("bytes=9-3", None),
            ("bytes=0-1,5-6", None),
            ("bytes=x-", None),
            ("lines=1-2", None),
            ("bytes=99999999999999999999-", None),
        ] {
            assert_eq!(parse(text, 1_000), range, "{text}");
        }
        assert!(parse("bytes=1000-", 1_000).unwrap().is_empty());
        assert!(parse("bytes=-0", 1_000).unwrap().is_empty());
    }
}
