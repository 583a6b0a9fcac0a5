//! Every call of the farm, and the least role that it needs.
//!
//! This table is the only one: gRPC and the JSON API both look a call up here before anything of it is done. A call that
//! is not in it is refused, and tests compare it with the services' descriptors and with the OpenAPI document.

use axum::http::Method;
use clipig_access::Role;

/// What the paths of gRPC calls begin with.
const PACKAGE: &str = "/clipig.farm.v1.";

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident: $role:ident, grpc $grpc:tt, http $http:tt;)*) => {
        /// A call. The names are those of the gRPC methods.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Call {
            $($(#[$doc])* $name,)*
        }

        impl Call {
            /// All calls.
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// The least role that it needs.
            pub(crate) fn role(self) -> Role {
                match self {
                    $(Self::$name => Role::$role,)*
                }
            }

            /// Its name in messages and in the audit log.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// Its methods of gRPC, without the package.
            fn grpc(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &$grpc,)*
                }
            }

            /// Its operations of the JSON API, without `/api/v1`.
            fn http(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &$http,)*
                }
            }
        }
    };
}

calls! {
    /// One job.
    GetJob: Viewer, grpc ["FarmService/GetJob"], http ["GET /jobs/{job}", "GET /jobs/{job}/experiment"];
    ListJobs: Viewer, grpc ["FarmService/ListJobs"], http ["GET /jobs"];
    WatchJob: Viewer, grpc ["FarmService/WatchJob"], http ["GET /jobs/{job}/events"];
    ListArtifacts: Viewer, grpc ["FarmService/ListArtifacts"], http ["GET /jobs/{job}/artifacts"];
    FetchArtifact: Viewer, grpc ["FarmService/FetchArtifact"], http ["GET /jobs/{job}/picture", "GET /jobs/{job}/snapshots/{epoch}"];
    GetHistory: Viewer, grpc ["FarmService/GetHistory"], http ["GET /jobs/{job}/history"];
    ListWorkers: Viewer, grpc ["FarmService/ListWorkers"], http ["GET /workers"];
    ListModels: Viewer, grpc ["FarmService/ListModels"], http ["GET /models"];
    GetFarm: Viewer, grpc ["FarmService/GetFarm"], http ["GET /farm"];
    /// Asks which services there are. Not of this package.
    Reflect: Viewer, grpc [], http [];
    /// Also checks an experiment without making a job: that takes time of the farm, so looking is not enough.
    SubmitJob: Artist, grpc ["FarmService/SubmitJob"], http ["POST /jobs", "POST /validate"];
    PauseJob: Artist, grpc ["FarmService/PauseJob"], http ["POST /jobs/{job}/pause"];
    ResumeJob: Artist, grpc ["FarmService/ResumeJob"], http ["POST /jobs/{job}/resume"];
    CancelJob: Artist, grpc ["FarmService/CancelJob"], http ["POST /jobs/{job}/cancel"];
    RetryJob: Artist, grpc ["FarmService/RetryJob"], http ["POST /jobs/{job}/retry"];
    SetPriority: Artist, grpc ["FarmService/SetPriority"], http ["PUT /jobs/{job}/priority"];
    SetLabels: Artist, grpc ["FarmService/SetLabels"], http ["PUT /jobs/{job}/labels"];
    UpdateJob: Artist, grpc ["FarmService/UpdateJob"], http ["PUT /jobs/{job}/experiment"];
    CheckBlobs: Artist, grpc ["FarmService/CheckBlobs"], http ["POST /blobs/missing"];
    UploadBlob: Artist, grpc ["FarmService/UploadBlob"], http ["PUT /blobs/{sha256}"];
    PauseWorker: Operator, grpc ["FarmService/PauseWorker"], http ["POST /workers/{worker}/pause"];
    ResumeWorker: Operator, grpc ["FarmService/ResumeWorker"], http ["POST /workers/{worker}/resume"];
    DrainWorker: Operator, grpc ["FarmService/DrainWorker"], http ["POST /workers/{worker}/drain"];
    ForgiveWorker: Operator, grpc ["FarmService/ForgiveWorker"], http ["POST /workers/{worker}/reinstate"];
    ListAudit: Operator, grpc ["FarmService/ListAudit"], http ["GET /audit"];
    /// Everything that the farm keeps.
    Backup: Operator, grpc ["FarmService/Backup"], http [];
    /// A worker's conversation.
    Session: Worker, grpc ["WorkerService/Session"], http [];
    FetchBlob: Worker, grpc ["WorkerService/FetchBlob"], http [];
}

impl Call {
    /// The call of a gRPC request, by the path of its address.
    pub(crate) fn of_grpc(path: &str) -> Option<Self> {
        if path.starts_with("/grpc.reflection.") {
            return Some(Self::Reflect);
        }
        let method = path.strip_prefix(PACKAGE)?;
        Self::ALL.iter().copied().find(|call| call.grpc().contains(&method))
    }

    /// The call of a request to the JSON API, by the path that its handler has.
    pub(crate) fn of_http(method: &Method, path: &str) -> Option<Self> {
        // Whoever may read something may ask how large it is.
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        let is = |operation: &&str| operation.split_once(' ') == Some((method, path));
        Self::ALL.iter().copied().find(|call| call.http().iter().any(is))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn every_method_of_the_services_has_a_role() {
        let set = FileDescriptorSet::decode(clipig_proto::FILE_DESCRIPTOR_SET).unwrap();
        let services = set.file.iter().filter(|file| file.package() == "clipig.farm.v1");
        let services = services.flat_map(|file| &file.service);
        let methods: BTreeSet<String> = services
            .flat_map(|service| {
                service.method.iter().map(|method| format!("{}/{}", service.name(), method.name()))
            })
            .collect();
        assert!(methods.contains("FarmService/GetJob") && methods.contains("WorkerService/Session"));
        let known = Call::ALL.iter().flat_map(|call| call.grpc()).map(|method| (*method).to_owned());
        assert_eq!(known.collect::<BTreeSet<_>>(), methods);
        for method in &methods {
            assert!(Call::of_grpc(&format!("{PACKAGE}{method}")).is_some(), "{method}");
        }
        assert_eq!(Call::of_grpc("/clipig.farm.v1.FarmService/Unheard"), None);
        assert_eq!(Call::of_grpc("/another.Service/GetJob"), None);
    }

    #[test]
    fn every_operation_of_the_api_has_a_role() {
        let document: serde_json::Value = serde_json::from_str(&crate::api::openapi()).unwrap();
        let mut operations = BTreeSet::new();
        for (path, of_path) in document["paths"].as_object().unwrap() {
            let path = path.strip_prefix("/api/v1").unwrap();
            // Logging in needs no role yet.
            for method in of_path.as_object().unwrap().keys().filter(|_| path != "/session") {
                operations.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let known = Call::ALL.iter().flat_map(|call| call.http()).map(|operation| (*operation).to_owned());
        assert_eq!(known.collect::<BTreeSet<_>>(), operations);
        assert_eq!(Call::of_http(&Method::HEAD, "/jobs/{job}/picture"), Some(Call::FetchArtifact));
        assert_eq!(Call::of_http(&Method::PUT, "/jobs/{job}/experiment"), Some(Call::UpdateJob));
        assert_eq!(Call::of_http(&Method::DELETE, "/jobs/{job}"), None);
    }

    #[test]
    fn only_looking_is_for_viewers_and_only_computing_for_workers() {
        let of_role = |role| Call::ALL.iter().filter(move |call| call.role() == role).map(|call| call.name());
        assert!(of_role(Role::Viewer).all(|name| {
            ["Get", "List", "Watch", "Fetch", "Reflect"].iter().any(|start| name.starts_with(start))
        }));
        assert_eq!(of_role(Role::Worker).collect::<Vec<_>>(), ["Session", "FetchBlob"]);
        assert!(
            of_role(Role::Operator)
                .all(|name| name.ends_with("Worker") || ["ListAudit", "Backup"].contains(&name))
        );
    }
}
