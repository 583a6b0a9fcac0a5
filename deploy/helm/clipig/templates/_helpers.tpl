{{- define "clipig.labels" -}}
app.kubernetes.io/part-of: clipig
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- /* Settings as variables: keys in capitals, two underscores for a dot. Takes a prefix and a map. */ -}}
{{- define "clipig.settings" -}}
{{- $prefix := index . 0 -}}
{{- range $key, $value := index . 1 }}
- name: {{ $prefix }}__{{ $key | upper | replace "." "__" }}
  value: {{ toString $value | quote }}
{{- end -}}
{{- end -}}

{{- /* Where traces go, as variables. */ -}}
{{- define "clipig.tracing" -}}
{{- if .Values.tracing.enabled }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
{{- range $name, $value := .Values.tracing.variables }}
- name: {{ $name }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What holds for both pods. */ -}}
{{- define "clipig.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "clipig.container-rights" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "clipig.coordinator-settings" -}}
{{ .Files.Get (ternary "files/coordinator-mesh.toml" "files/coordinator.toml" .Values.mesh) }}
{{- end -}}

{{- define "clipig.worker-settings" -}}
{{ .Files.Get (ternary "files/worker-mesh.toml" "files/worker.toml" .Values.mesh) }}
{{- end -}}

{{- /* A policy that lets a namespace reach a port of the coordinator. Takes the root, a suffix, a namespace, a port. */ -}}
{{- define "clipig.let-in" -}}
{{- $root := index . 0 -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: clipig-coordinator-{{ index . 1 }}
  labels:
    {{- include "clipig.labels" $root | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: clipig-coordinator
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: {{ index . 2 }}
      ports:
        - {port: {{ index . 3 }}, protocol: TCP}
{{- end -}}
