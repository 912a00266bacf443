//! Where tensors live.

use std::process::Command;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use tch::{Cuda, Device};

use crate::crnn::Precision;

/// The device that a command runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceChoice {
    /// The first CUDA device where there is one, else the processor.
    Auto,
    /// The processor.
    Cpu,
    /// The first CUDA device.
    Cuda,
}

impl DeviceChoice {
    /// The device chosen.
    ///
    /// # Errors
    /// When CUDA is asked for and libtorch finds none.
    pub fn device(self) -> Result<Device> {
        match self {
            Self::Auto => Ok(Device::cuda_if_available()),
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda => {
                ensure!(
                    Cuda::is_available(),
                    "libtorch finds no CUDA device: check `nvidia-smi`, and that libtorch_cuda.so is loaded \
                     (scripts/train-gpu.sh preloads it)"
                );
                Ok(Device::Cuda(0))
            }
        }
    }
}

/// The number format to train in on a device: the one wanted, but float on a processor that does not multiply bfloat16.
/// libtorch imitates it there, several times as slowly as float.
#[must_use]
pub fn precision(wanted: Precision, device: Device) -> Precision {
    if device == Device::Cpu && !multiplies_bfloat16() { Precision::Float } else { wanted }
}

fn multiplies_bfloat16() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx512bf16");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("bf16");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

/// What a reference file calls a device: `cpu`, or `cuda:0` with the name of the card where `nvidia-smi` tells it.
#[must_use]
pub fn describe(device: Device) -> String {
    let Device::Cuda(number) = device else { return "cpu".into() };
    // CUDA counts the cards that this variable leaves it, nvidia-smi all.
    let visible = std::env::var("CUDA_VISIBLE_DEVICES").unwrap_or_default();
    let card = visible.split(',').nth(number).filter(|card| !card.is_empty()).map_or(number.to_string(), str::to_owned);
    let mut command = Command::new("nvidia-smi");
    let told = command.args(["--query-gpu=name", "--format=csv,noheader", "-i", &card]).output();
    let name = told.ok().filter(|output| output.status.success());
    let name = name.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    format!("cuda:{number} {name}").trim_end().to_owned()
}
