//! Content that clients bring: images that experiments use.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use clipig_proto::v1;
use prost::bytes::Bytes;
use serde::Serialize;
use tokio_stream::StreamExt as _;
use tonic::Status;
use utoipa::ToSchema;

use super::extract::{Named, Sent};
use super::jobs::parse_hash;
use super::problem::{Problem, ProblemCode};
use super::values::request::BlobsRequest;
use super::values::{Binary, sha256};
use crate::access::Principal;
use crate::rpc::RpcContext;
use crate::rpc::farm_service::blobs as calls;

/// Bytes in one piece of an upload, see farm.proto.
const PIECE: usize = 1 << 20;

/// Contents that the farm does not have.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Missing {
    /// Their SHA-256.
    missing: Vec<String>,
}

/// Tells which contents the farm does not have.
#[utoipa::path(post, path = "/blobs/missing", tag = "blobs", operation_id = "checkBlobs", request_body = BlobsRequest,
    responses((status = 200, body = Missing), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn missing(
    State(context): State<Arc<RpcContext>>,
    Sent(BlobsRequest { sha256: asked }): Sent<BlobsRequest>,
) -> Result<Json<Missing>, Problem> {
    let asked = asked.iter().map(|hash| parse_hash("sha256", &hash.0)).collect::<Result<_, _>>()?;
    let answer = calls::check(&context, v1::CheckBlobsRequest { sha256: asked }).await?;
    Ok(Json(Missing { missing: answer.missing.iter().map(|hash| sha256(hash)).collect() }))
}

/// Brings one content to the farm.
///
/// The header `Content-Length` is needed. The bytes must have the hash of the path.
#[utoipa::path(put, path = "/blobs/{sha256}", tag = "blobs", operation_id = "uploadBlob",
    params(("sha256" = String, Path, pattern = "^[0-9a-fA-F]{64}$", description = "SHA-256 of the bytes, 64 hexadecimal digits.")),
    request_body(content = Binary, content_type = "application/octet-stream"),
    responses((status = 201, description = "The farm has it now."), (status = 204, description = "It had it before."),
              (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn upload(
    State(context): State<Arc<RpcContext>>,
    Extension(who): Extension<Principal>,
    Named(hash): Named<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let sha256 = parse_hash("sha256", &hash)?;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let no_length = || Problem::new(ProblemCode::InvalidArgument, "the header `Content-Length` is needed");
    let size = length.ok_or_else(no_length)?;
    let header = v1::ContentHeader { sha256, size, offset: 0 };
    let first = v1::ContentChunk { header: Some(header), data: Bytes::new() };
    let stream = tokio_stream::once(Ok(message(first))).chain(pieces(body.into_data_stream()));
    let answer = calls::upload(&context, &who, Box::pin(stream)).await?;
    Ok(if answer.existed { StatusCode::NO_CONTENT } else { StatusCode::CREATED })
}

/// The pieces of a body, none of them too large.
fn pieces(body: BodyDataStream) -> impl tokio_stream::Stream<Item = Result<v1::UploadBlobRequest, Status>> {
    body.map(|piece| {
        let data = piece.map_err(|error| Status::aborted(error.to_string()))?;
        if data.len() > PIECE {
            return Err(Status::internal("a frame of the body is larger than a piece"));
        }
        Ok(message(v1::ContentChunk { header: None, data }))
    })
}

fn message(chunk: v1::ContentChunk) -> v1::UploadBlobRequest {
    v1::UploadBlobRequest { chunk: Some(chunk) }
}
