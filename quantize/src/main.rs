//! x
use anyhow::Result;
use labelcam_quantize::*;
use prost::Message;
fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&args[1])?;
    let mut model = model::FloatModel::new(&bytes, None)?;
    let t = std::time::Instant::now();
    let lines = lines::read(&[args[2].clone().into()], 512, &model.spec.input)?;
    let e = |k: &str| std::env::var(k).unwrap_or_default();
    let options = quantize::Options { weight_bits: if e("BITS") == "8" {8} else {7}, rounding: if e("NEAREST") == "1" { quantize::Rounding::Nearest } else { quantize::Rounding::Gptq }, ranges: match e("RANGES").as_str() { "mse" => ranges::Choice::MeanSquare, "minmax" => ranges::Choice::MinMax, _ => ranges::Choice::Auto }, float_layers: e("FLOAT").split(',').map(str::to_owned).collect(), ..Default::default() };
    if e("NOEQ") != "1" { for r in equalize::equalize(&mut model, &lines, affine::Target::Onnx)? { eprintln!("{r:?}"); } }
    let q = quantize::quantize(&model, &lines, &options)?;
    for r in &q.ranges { eprintln!("{r:?}"); }
    for r in &q.weights { eprintln!("{r:?}"); }
    let out = quantize::carried_out(&model, &q.plan);
    std::fs::write(&args[3], out.encode_to_vec())?;
    eprintln!("done {:?}", t.elapsed());
    let int8 = labelcam::recognizer::Recognizer::from_bytes(&out.encode_to_vec())?;
    for set in &args[4..] {
        let lines = lines::read(&[set.into()], 100000, &model.spec.input)?;
        use rayon::prelude::*;
        let r: Vec<_> = lines.par_iter().map(|l| {
            let t = |m: &labelcam::recognizer::Recognizer| { let o = m.run(&l.input).unwrap(); labelcam::ctc::greedy(labelcam::ctc::Scores::new(&o.values, o.steps, o.classes).unwrap(), &labelcam::alphabet::AllowList::all()).unwrap().text(&m.spec().alphabet).as_str().to_owned() };
            let (a, b) = (t(&model.recognizer), t(&int8));
            (a == b, Some(&a) == l.text.as_ref(), Some(&b) == l.text.as_ref())
        }).collect();
        let n = r.len() as f64;
        eprintln!("{set}: agree {:.4} float {:.4} int8 {:.4}", r.iter().filter(|r| r.0).count() as f64 / n, r.iter().filter(|r| r.1).count() as f64 / n, r.iter().filter(|r| r.2).count() as f64 / n);
    }
    Ok(())
}
