//! What the standard variables of OpenTelemetry say, as far as the SDK does not read them itself or keeps silent about
//! values that it does not understand.

/// Reads a variable; an empty one is not set.
pub(crate) fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Does anybody want spans, and say where to send them?
pub(crate) fn is_wanted(read: &dyn Fn(&str) -> Option<String>) -> bool {
    let is = |name: &str, value: &str| read(name).is_some_and(|set| set.trim().eq_ignore_ascii_case(value));
    endpoint(read).is_some() && !is("OTEL_SDK_DISABLED", "true") && !is("OTEL_TRACES_EXPORTER", "none")
}

/// Where spans go, as it was set.
pub(crate) fn endpoint(read: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| read("OTEL_EXPORTER_OTLP_ENDPOINT"))
}

#[cfg(any(feature = "otlp", test))]
mod settings {
    use std::time::Duration;

    /// Samplers that the SDK has; it takes any other name for the default.
    const SAMPLERS: [&str; 6] = [
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ];

    /// What the SDK would pass over in silence, in words.
    pub(crate) fn misunderstood(read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
        let mut found = Vec::new();
        let protocol =
            read("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL").or_else(|| read("OTEL_EXPORTER_OTLP_PROTOCOL"));
        if let Some(protocol) = protocol.filter(|protocol| protocol.trim() != "http/protobuf") {
            found.push(format!(
                "OTEL_EXPORTER_OTLP_PROTOCOL is `{protocol}`; clipig sends `http/protobuf`, which collectors take at port 4318"
            ));
        }
        if let Some(sampler) = read("OTEL_TRACES_SAMPLER") {
            if !SAMPLERS.contains(&sampler.trim()) {
                let known = SAMPLERS.join(", ");
                found.push(format!(
                    "OTEL_TRACES_SAMPLER is `{sampler}`, so every trace is recorded; it may be one of {known}"
                ));
            }
            let ratio = read("OTEL_TRACES_SAMPLER_ARG").and_then(|ratio| ratio.trim().parse::<f64>().ok());
            if sampler.contains("ratio") && !ratio.is_some_and(|ratio| (0.0..=1.0).contains(&ratio)) {
                found.push(
                    "OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1, so every trace is recorded"
                        .to_owned(),
                );
            }
        }
        found
    }

    /// How long the export of a batch may take.
    pub(crate) fn timeout(read: &dyn Fn(&str) -> Option<String>) -> Duration {
        let set = read("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT").or_else(|| read("OTEL_EXPORTER_OTLP_TIMEOUT"));
        let milliseconds = set.and_then(|text| text.trim().parse().ok()).unwrap_or(10_000);
        Duration::from_millis(milliseconds)
    }

    /// How many spans may wait to be sent.
    pub(crate) fn queue(read: &dyn Fn(&str) -> Option<String>) -> usize {
        let set = read("OTEL_BSP_MAX_QUEUE_SIZE").and_then(|text| text.trim().parse().ok());
        set.filter(|spans| *spans > 0).unwrap_or(2_048)
    }

    /// Does the environment name the service? Otherwise it is called like the program.
    pub(crate) fn names_service(read: &dyn Fn(&str) -> Option<String>) -> bool {
        let attributes = read("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        let mut keys =
            attributes.split(',').filter_map(|pair| pair.split_once('=')).map(|(key, _)| key.trim());
        read("OTEL_SERVICE_NAME").is_some() || keys.any(|key| key == "service.name")
    }
}

#[cfg(feature = "otlp")]
pub(crate) use settings::{misunderstood, names_service, queue, timeout};

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::settings::{misunderstood, names_service, queue, timeout};
    use super::*;

    fn with<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn spans_are_wanted_where_an_endpoint_is_set_and_nobody_forbids_it() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        assert!(!is_wanted(&with(&[])));
        assert!(is_wanted(&with(&[endpoint])));
        assert!(is_wanted(&with(&[(
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "http://collector:4318/v1/traces"
        )])));
        assert!(!is_wanted(&with(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")])));
        assert!(!is_wanted(&with(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")])));
        assert!(is_wanted(&with(&[endpoint, ("OTEL_TRACES_EXPORTER", "otlp")])));
    }

    #[test]
    fn what_the_sdk_does_not_understand_is_said() {
        assert_eq!(misunderstood(&with(&[])), Vec::<String>::new());
        let right =
            [("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.25")];
        assert_eq!(misunderstood(&with(&right)), Vec::<String>::new());
        let wrong = [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "25%"),
        ];
        let found = misunderstood(&with(&wrong)).join("\n");
        assert!(found.contains("`grpc`") && found.contains("4318"), "{found}");
        assert!(found.contains("OTEL_TRACES_SAMPLER_ARG"), "{found}");
        let found = misunderstood(&with(&[("OTEL_TRACES_SAMPLER", "sometimes")])).join("\n");
        assert!(found.contains("`sometimes`") && found.contains("parentbased_always_on"), "{found}");
    }

    #[test]
    fn the_service_and_the_timeout_can_be_set() {
        assert!(names_service(&with(&[("OTEL_SERVICE_NAME", "farm")])));
        assert!(names_service(&with(&[("OTEL_RESOURCE_ATTRIBUTES", "a=b, service.name=farm")])));
        assert!(!names_service(&with(&[("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=farm")])));
        assert_eq!(timeout(&with(&[])), Duration::from_secs(10));
        let room = |set| queue(&with(&[("OTEL_BSP_MAX_QUEUE_SIZE", set)]));
        assert_eq!(["16", "0", "many"].map(room), [16, 2_048, 2_048]);
        assert_eq!(timeout(&with(&[("OTEL_EXPORTER_OTLP_TIMEOUT", "250")])), Duration::from_millis(250));
    }
}
