// parts/held_temperatures: the two temperatures of prototype_scores as they act: from 0.01 to 1, however far training pushed them. Reads
// temperatures of the kernel.

fn classTemperature() -> f32 { return clamp(temperatures[0], 0.01, 1.0); }
fn timeTemperature() -> f32 { return clamp(temperatures[1], 0.01, 1.0); }
