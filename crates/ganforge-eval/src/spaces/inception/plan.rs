//! The architecture, with the tensor names of the released file.
//!
//! C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna, "Rethinking the Inception architecture for computer vision", 2015. The released graph
//! deviates from the paper in the pooling of its blocks: average pooling excludes padding, and the last block uses max pooling.

use Pool::{Average, Max, MaxStride2};

/// A layer without weights.
pub(super) enum Plan {
    /// A convolution with batch norm and rectifier.
    Convolution(Shape),
    /// 3×3 pooling.
    Pool(Pool),
    /// Parallel branches, concatenated along channels.
    Branches(Vec<Vec<Plan>>),
}

/// A convolution.
pub(super) struct Shape {
    /// Prefix of the tensor names.
    pub(super) name: String,
    pub(super) outputs: usize,
    /// Height and width.
    pub(super) kernel: [usize; 2],
    pub(super) stride: usize,
    /// Vertical and horizontal.
    pub(super) padding: [usize; 2],
}

/// A kind of 3×3 pooling.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pool {
    /// Average pooling with stride 1 that excludes padding.
    Average,
    /// Max pooling with stride 1.
    Max,
    /// Max pooling with stride 2, without padding.
    MaxStride2,
}

/// All layers before the global average pooling.
pub(super) fn layers() -> Vec<Plan> {
    vec![
        strided("Conv2d_1a_3x3", 32),
        valid("Conv2d_2a_3x3", 32),
        same("Conv2d_2b_3x3", 64, [3, 3]),
        Plan::Pool(MaxStride2),
        same("Conv2d_3b_1x1", 80, [1, 1]),
        valid("Conv2d_4a_3x3", 192),
        Plan::Pool(MaxStride2),
        block_a("Mixed_5b", 32),
        block_a("Mixed_5c", 64),
        block_a("Mixed_5d", 64),
        block_b("Mixed_6a"),
        block_c("Mixed_6b", 128),
        block_c("Mixed_6c", 160),
        block_c("Mixed_6d", 160),
        block_c("Mixed_6e", 192),
        block_d("Mixed_7a"),
        block_e("Mixed_7b", Average),
        block_e("Mixed_7c", Max),
    ]
}

fn block_a(block: &str, pooled: usize) -> Plan {
    let same = |branch, outputs, kernel| same(&prefixed(block, branch), outputs, kernel);
    Plan::Branches(vec![
        vec![same("branch1x1", 64, [1, 1])],
        vec![
            same("branch5x5_1", 48, [1, 1]),
            same("branch5x5_2", 64, [5, 5]),
        ],
        vec![
            same("branch3x3dbl_1", 64, [1, 1]),
            same("branch3x3dbl_2", 96, [3, 3]),
            same("branch3x3dbl_3", 96, [3, 3]),
        ],
        vec![Plan::Pool(Average), same("branch_pool", pooled, [1, 1])],
    ])
}

fn block_b(block: &str) -> Plan {
    let same = |branch, outputs, kernel| same(&prefixed(block, branch), outputs, kernel);
    let strided = |branch, outputs| strided(&prefixed(block, branch), outputs);
    Plan::Branches(vec![
        vec![strided("branch3x3", 384)],
        vec![
            same("branch3x3dbl_1", 64, [1, 1]),
            same("branch3x3dbl_2", 96, [3, 3]),
            strided("branch3x3dbl_3", 96),
        ],
        vec![Plan::Pool(MaxStride2)],
    ])
}

fn block_c(block: &str, narrow: usize) -> Plan {
    let same = |branch, outputs, kernel| same(&prefixed(block, branch), outputs, kernel);
    Plan::Branches(vec![
        vec![same("branch1x1", 192, [1, 1])],
        vec![
            same("branch7x7_1", narrow, [1, 1]),
            same("branch7x7_2", narrow, [1, 7]),
            same("branch7x7_3", 192, [7, 1]),
        ],
        vec![
            same("branch7x7dbl_1", narrow, [1, 1]),
            same("branch7x7dbl_2", narrow, [7, 1]),
            same("branch7x7dbl_3", narrow, [1, 7]),
            same("branch7x7dbl_4", narrow, [7, 1]),
            same("branch7x7dbl_5", 192, [1, 7]),
        ],
        vec![Plan::Pool(Average), same("branch_pool", 192, [1, 1])],
    ])
}

fn block_d(block: &str) -> Plan {
    let same = |branch, outputs, kernel| same(&prefixed(block, branch), outputs, kernel);
    let strided = |branch, outputs| strided(&prefixed(block, branch), outputs);
    Plan::Branches(vec![
        vec![
            same("branch3x3_1", 192, [1, 1]),
            strided("branch3x3_2", 320),
        ],
        vec![
            same("branch7x7x3_1", 192, [1, 1]),
            same("branch7x7x3_2", 192, [1, 7]),
            same("branch7x7x3_3", 192, [7, 1]),
            strided("branch7x7x3_4", 192),
        ],
        vec![Plan::Pool(MaxStride2)],
    ])
}

fn block_e(block: &str, pool: Pool) -> Plan {
    let same = |branch, outputs, kernel| same(&prefixed(block, branch), outputs, kernel);
    // 1×3 and 3×1 in parallel, in place of 3×3.
    let cross = |wide, tall| {
        Plan::Branches(vec![
            vec![same(wide, 384, [1, 3])],
            vec![same(tall, 384, [3, 1])],
        ])
    };
    Plan::Branches(vec![
        vec![same("branch1x1", 320, [1, 1])],
        vec![
            same("branch3x3_1", 384, [1, 1]),
            cross("branch3x3_2a", "branch3x3_2b"),
        ],
        vec![
            same("branch3x3dbl_1", 448, [1, 1]),
            same("branch3x3dbl_2", 384, [3, 3]),
            cross("branch3x3dbl_3a", "branch3x3dbl_3b"),
        ],
        vec![Plan::Pool(pool), same("branch_pool", 192, [1, 1])],
    ])
}

fn prefixed(block: &str, branch: &str) -> String {
    format!("{block}.{branch}")
}

/// A convolution with stride 1 and "same" padding.
fn same(name: &str, outputs: usize, kernel: [usize; 2]) -> Plan {
    Plan::Convolution(Shape {
        name: name.to_owned(),
        outputs,
        kernel,
        stride: 1,
        padding: kernel.map(|side| side / 2),
    })
}

/// A 3×3 convolution with stride 1, without padding.
fn valid(name: &str, outputs: usize) -> Plan {
    Plan::Convolution(Shape {
        name: name.to_owned(),
        outputs,
        kernel: [3, 3],
        stride: 1,
        padding: [0, 0],
    })
}

/// A 3×3 convolution with stride 2, without padding.
fn strided(name: &str, outputs: usize) -> Plan {
    Plan::Convolution(Shape {
        name: name.to_owned(),
        outputs,
        kernel: [3, 3],
        stride: 2,
        padding: [0, 0],
    })
}
