//! The workloads.

/// One comparison. Ratios are times of the first side over those of the others.
pub struct Workload {
    pub name: String,
    pub sides: Vec<Side>,
}

/// One program to time.
pub enum Side {
    /// `ganforge bench` with these arguments.
    Ours {
        name: &'static str,
        arguments: Vec<String>,
    },
    /// `PyTorch` as written in `peers/dcgan_torch.py`.
    Peer { arguments: Vec<String> },
    /// A script in `references/`.
    Script {
        name: &'static str,
        script: &'static str,
        arguments: Vec<String>,
    },
}

impl Side {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ours { name, .. } | Self::Script { name, .. } => name,
            Self::Peer { .. } => "PyTorch, as written",
        }
    }
}

/// Every row of docs/benchmarks.md.
pub fn workloads() -> Vec<Workload> {
    let mut workloads: Vec<Workload> = [32, 64].map(|size| training(size, 64, 64)).into();
    workloads.push(one_stage());
    workloads.push(small_players());
    workloads.extend([1, 16, 64].map(sampling));
    workloads.extend([16, 32, 128].map(|width| training(32, width, 64)));
    workloads.extend([16, 256].map(|batch| training(32, 64, batch)));
    workloads
}

fn training(size: usize, width: usize, batch: usize) -> Workload {
    let steps = if size * width * batch > 32 * 64 * 64 {
        10
    } else {
        30
    };
    let ours = format!(
        "bench-dcgan{size} --steps {steps} --set generator.width={width} --set discriminator.width={width} \
         --set run.batch={batch}"
    );
    let theirs = format!("--size {size} --width {width} --batch {batch} --steps {steps}");
    Workload {
        name: format!("DCGAN step, {size}×{size}, width {width}, batch {batch}"),
        sides: vec![
            Side::Ours {
                name: "ganforge",
                arguments: words(&ours),
            },
            Side::Peer {
                arguments: words(&theirs),
            },
            Side::Script {
                name: "PyTorch, at its best",
                script: "dcgan_best_torch.py",
                arguments: words(&theirs),
            },
        ],
    }
}

fn one_stage() -> Workload {
    let ours = |name, change: &str| Side::Ours {
        name,
        // One-stage updates need a discriminator without batch norm.
        arguments: words(&format!(
            "bench-dcgan32 --set discriminator.batch_norm=false {change}"
        )),
    };
    Workload {
        name: "one-stage step, 32×32, no batch norm in D".to_owned(),
        sides: vec![
            ours("ganforge, one-stage", "--set game.update=one-stage"),
            ours("ganforge, alternating", ""),
        ],
    }
}

fn small_players() -> Workload {
    Workload {
        name: "MLP step, 64-256-256-64, batch 64".to_owned(),
        sides: vec![
            Side::Ours {
                name: "ganforge",
                arguments: words("bench-mlp --steps 500"),
            },
            Side::Script {
                name: "PyTorch, as written",
                script: "mlp_step_torch.py",
                arguments: words("--steps 500"),
            },
            Side::Script {
                name: "PyTorch, fused Adam",
                script: "mlp_step_torch.py",
                arguments: words("--steps 500 --fused"),
            },
        ],
    }
}

fn sampling(batch: usize) -> Workload {
    Workload {
        name: format!("DCGAN sampling, 32×32, width 64, batch {batch}"),
        sides: vec![
            Side::Ours {
                name: "ganforge",
                arguments: words(&format!(
                    "bench-dcgan32 --sample --steps 100 --set run.batch={batch}"
                )),
            },
            Side::Peer {
                arguments: words(&format!("--sample --steps 100 --batch {batch}")),
            },
        ],
    }
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}
