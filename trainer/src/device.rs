//! Where tensors live.

use anyhow::{Result, ensure};
use clap::ValueEnum;
use tch::{Cuda, Device};

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
