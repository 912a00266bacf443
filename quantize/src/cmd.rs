//! The command.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use labelcam::file;
use labelcam::spec::{CalibrationSpec, Spec};
use prost::Message;

use crate::affine::Target;
use crate::doubts;
use crate::equalize;
use crate::lines::{self, Line};
use crate::measure::{self, Readings};
use crate::model::FloatModel;
use crate::output;
use crate::plan::Plan;
use crate::quantize::{self, Options, Rounding, carried_out};
use crate::ranges::Choice;
use crate::report::{Report, Size};
use crate::sensitivity;

/// Make an int8 model of a float one, calibrated on lines of text.
///
/// The lines should be like those that the model will read; labels (labels.tsv: file name, tab, text) are needed only to
/// measure accuracy. The int8 model is standard ONNX with quantizers, carries the same contract, and is written whole or
/// not at all. Standard output has the report, standard error the doubts about the lines.
///
/// Example: labelcam-quantize labels-en.onnx --calibrate lines/ --out labels-en-int8.onnx
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, help_expected = true, verbatim_doc_comment)]
pub struct Args {
    /// Float model file, ONNX.
    #[arg(value_name = "FLOAT")]
    model: PathBuf,
    /// TOML file that describes a model made elsewhere; see models/README.md.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Lines to calibrate on: folders of pictures, with or without labels.tsv, or pictures.
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    calibrate: Vec<PathBuf>,
    /// Int8 model file to write.
    #[arg(long, value_name = "ONNX")]
    out: PathBuf,
    /// What the lines are, for the contract in the file [default: the names of the paths].
    #[arg(long, value_name = "TEXT")]
    data: Option<String>,
    /// The most lines to calibrate on, evenly chosen.
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    lines: u32,
    /// Lines to measure on [default: those of --calibrate, which flatters a little].
    #[arg(long, value_name = "PATH", num_args = 1..)]
    measure: Vec<PathBuf>,
    /// How the ranges of values are chosen.
    #[arg(long, value_enum, default_value_t = MethodArg::Auto)]
    method: MethodArg,
    /// How weights become integers.
    #[arg(long, value_enum, default_value_t = RoundingArg::Gptq)]
    rounding: RoundingArg,
    /// Bits of a weight with its sign: with 8, neighbours leave one another room in labelcam's sums of 16 bits; with 7,
    /// all weights have room in the sums of every engine.
    #[arg(long, value_name = "BITS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(7..=8))]
    weight_bits: u32,
    /// Engine whose rules the quantizers keep.
    #[arg(long, value_enum, default_value_t = TargetArg::Onnx)]
    target: TargetArg,
    /// Leave the ranges of channels as they are.
    #[arg(long)]
    no_equalize: bool,
    /// Layers to leave in float, by name, with commas between.
    #[arg(long, value_name = "LAYERS", value_delimiter = ',')]
    float: Vec<String>,
    /// Report what quantizing each layer alone does.
    #[arg(long)]
    sensitivity: bool,
    /// The most lines that may be lost, in points of a hundred: leaves the fewest layers in float that keep to it.
    #[arg(long, value_name = "POINTS")]
    max_drop: Option<f64>,
    /// Print the report as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Methods by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MethodArg {
    /// For each value the one that leaves the least error at the outputs of the layers that take it.
    Auto,
    /// All values seen.
    MinMax,
    /// One in 1,000, 10,000 or 100,000 cut off.
    Percentile,
    /// The least divergence between the values and their quantized form.
    Entropy,
    /// The least mean square error.
    Mse,
}

/// Roundings by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoundingArg {
    /// Weights make up for the errors of those before them.
    Gptq,
    /// Each to the nearest, for comparison.
    Nearest,
}

/// Engines by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TargetArg {
    /// Unsigned values with any zero point.
    Onnx,
    /// Signed values with zero point 0.
    Tensorrt,
}

/// Runs the command.
///
/// # Errors
/// What could not be done, with the fix.
pub fn run(args: &Args) -> Result<()> {
    let mut model = open(&args.model, args.spec.as_deref())?;
    let options = args.options(&model)?;
    let calibration = lines::read(&args.calibrate, usize::try_from(args.lines)?, &model.spec.input)?;
    let measured = match &args.measure[..] {
        [] => None,
        paths => Some(lines::read(paths, usize::MAX, &model.spec.input)?),
    };
    let lines = measured.as_deref().unwrap_or(&calibration);
    ensure!(
        args.max_drop.is_none() || lines.iter().any(|line| line.text.is_some()),
        "--max-drop needs lines with labels: name a folder with a labels.tsv in --calibrate or --measure"
    );
    let seen = measure::read(&model.recognizer, &calibration)?;
    for doubt in doubts::about(&calibration, &seen, &model.spec.input) {
        output::doubt(&doubt);
    }
    let float = if measured.is_some() { measure::read(&model.recognizer, lines)? } else { seen };

    let equalized =
        if args.no_equalize { vec![] } else { equalize::equalize(&mut model, &calibration, options.target)? };
    let quantized = quantize::quantize(&model, &calibration, &options)?;
    let mut report = Report::new(&model, &quantized, equalized);
    let plan = args.measured(&model, &quantized.plan, (lines, &float), &mut report)?;

    let bytes = args.file(&model, &plan, (&calibration, &report));
    report.size = Size { float: fs::metadata(&args.model)?.len(), int8: bytes.len() as u64 };
    file::replace(&args.out, &bytes)?;
    report.print(args.json)
}

fn open(path: &Path, spec: Option<&Path>) -> Result<FloatModel> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let sidecar = spec.map(sidecar).transpose()?;
    FloatModel::new(&bytes, sidecar).with_context(|| format!("cannot quantize {}", path.display()))
}

fn sidecar(path: &Path) -> Result<Spec> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let beside = |name: &str| fs::read_to_string(path.parent().unwrap_or(Path::new("")).join(name));
    Spec::from_toml(&text, beside).with_context(|| format!("in {}", path.display()))
}

impl Args {
    fn options(&self, model: &FloatModel) -> Result<Options> {
        for name in &self.float {
            let names: Vec<_> = model.layers.layers.iter().map(|layer| layer.name.as_str()).collect();
            ensure!(
                names.contains(&name.as_str()),
                "there is no layer {name} for --float: it has {}",
                names.join(", ")
            );
        }
        let ranges = match self.method {
            MethodArg::Auto => Choice::Auto,
            MethodArg::MinMax => Choice::MinMax,
            MethodArg::Percentile => Choice::Percentile,
            MethodArg::Entropy => Choice::Entropy,
            MethodArg::Mse => Choice::MeanSquare,
        };
        let rounding = match self.rounding {
            RoundingArg::Gptq => Rounding::Gptq,
            RoundingArg::Nearest => Rounding::Nearest,
        };
        let target = match self.target {
            TargetArg::Onnx => Target::Onnx,
            TargetArg::Tensorrt => Target::TensorRt,
        };
        let float_layers = self.float.iter().cloned().collect();
        Ok(Options { ranges, rounding, weight_bits: self.weight_bits, target, float_layers })
    }

    /// Measures the plan as far as asked for; gives the plan with the layers that are left.
    fn measured(
        &self,
        model: &FloatModel,
        plan: &Plan,
        (lines, float): (&[Line], &Readings),
        report: &mut Report,
    ) -> Result<Plan> {
        let measure = |plan: &Plan| measure::of_plan(model, plan, lines, float);
        if !self.sensitivity && self.max_drop.is_none() {
            report.whole = Some(measure(plan)?);
            return Ok(plan.clone());
        }
        let alone = sensitivity::each(&model.layers, plan, measure)?;
        let mut left = plan.clone();
        if let Some(max_drop) = self.max_drop {
            let (fewer, kept) = sensitivity::keep(&model.layers, plan, (&alone, max_drop), measure)?;
            (left, report.whole, report.kept) = (fewer, Some(kept.measured), Some(kept));
        } else {
            report.whole = Some(measure(plan)?);
        }
        report.sensitivity = alone;
        Ok(left)
    }

    /// The model file, with its contract.
    fn file(&self, model: &FloatModel, plan: &Plan, (lines, report): (&[Line], &Report)) -> Vec<u8> {
        let named = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let names = || self.calibrate.iter().filter_map(named).collect::<Vec<_>>().join(", ");
        let float = model.layers.layers.iter().filter(|layer| !plan.quantizes(layer));
        let calibration = CalibrationSpec {
            float_sha256: model.digest.clone(),
            commit: env!("LABELCAM_COMMIT").into(),
            data: self.data.clone().unwrap_or_else(names),
            data_sha256: lines::digest(lines),
            lines: lines.len() as u64,
            weight_bits: self.weight_bits,
            rounding: match self.rounding {
                RoundingArg::Gptq => "gptq".into(),
                RoundingArg::Nearest => "nearest".into(),
            },
            methods: report.methods(),
            equalized: report.equalized(),
            float_layers: float.map(|layer| layer.name.clone()).collect(),
        };
        let mut proto = carried_out(model, plan);
        crate::write::describe(&mut proto, &Spec { calibration: Some(calibration), ..model.spec.clone() });
        proto.encode_to_vec()
    }
}
