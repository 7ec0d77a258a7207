// Which kernels a run may dispatch, by name: for refusing a wrong name before an adapter is opened. A contract test holds it against the declarations.

import { SignError } from '../base/errors.js'
import { suggestion } from '../train/config/schema.js'

/** Of trainings and decoding of every task; those of lifting are in no run. */
export const runKernels: readonly string[] =
  `adamw add attention attention_delta attention_dropped attention_dropped_grad_key_value attention_dropped_grad_query
attention_grad_key_value attention_grad_query attention_half attention_half_dropped attention_half_dropped_grad_key_value
attention_half_dropped_grad_query attention_half_grad_key_value attention_half_grad_query attention_row average_pool average_pool_grad
banded_attention banded_attention_grad batch_norm batch_norm_grad batch_norm_moments batch_norm_statistics batch_norm_sums
batch_norm_weight_grad beam_reorder beam_step binary_cross_entropy binary_cross_entropy_grad bone_joints bone_joints_grad bone_loss
bone_loss_grad bone_loss_report cache_append chosen_rows chosen_rows_grad class_token class_token_grad class_token_weight_grad clip_rows
clip_rows_grad clip_scale column_sum contrastive_pairs contrastive_pairs_grad contrastive_prediction contrastive_prediction_grad
contrastive_prediction_grad_rows cross_entropy cross_entropy_grad ctc ctc_align ctc_grad ctc_grad_labels ctc_log_sum dropout
element_clip embedding embedding_grad error_spread fill fill_whole frame_augment frame_noise gelu gelu_erf gelu_erf_grad gelu_grad
gloss_attention gloss_attention_grad gloss_attention_grad_memory gloss_attention_places head_columns head_gate head_gate_grad
image_patches image_patches_grad joined_rows joined_rows_part joined_rows_part_grad kernel_mean kernel_mean_grad layer_norm layer_norm_grad layer_norm_weight_grad linear linear_grad
linear_half linear_half_grad linear_half_weight_grad linear_row linear_stored linear_stored_grad linear_weight_grad lora_down
lora_down_grad lora_down_weight_grad lora_up lora_up_grad lora_up_weight_grad loss_scale loss_scale_update matching matching_grad
max_pool max_pool_grad mean_pool mean_pool_grad mix_frames nearest_code nearest_code_grad nearest_code_weight_grad next_frame next_token
point_loss point_loss_grad pose_loss pose_loss_grad pose_loss_report prefix_attention_row prototype_scores prototype_scores_classes prototype_scores_grad prototype_scores_map relu
relu_grad reward_weights rotary scaled_residual scaled_residual_grad scaled_residual_weight_grad score_columns seen_goal sgd sigmoid sigmoid_grad sign_words
similarity_gap similarity_gap_grad softsign softsign_grad sum_squares to_half token_spans token_spans_grad token_spans_total_grad
top_log_probs unit_rows unit_rows_grad upsampling upsampling_grad upsampling_grad_phase upsampling_grad_spans upsampling_weights
vocabulary_cross_entropy vocabulary_cross_entropy_grad vocabulary_embedding vocabulary_embedding_grad vocabulary_embedding_half
vocabulary_top windows windows_grad word_means word_means_grad word_means_weight_grad`.split(/\s+/)

/** Throws ERR_USAGE naming the kernels there are where no name begins with one of `prefixes`. */
export function checkKernelNames(prefixes: readonly string[]): void {
  for (const prefix of prefixes) {
    if (runKernels.some((name) => name.startsWith(prefix))) continue
    const problem = `wanted the beginning of a kernel's name, got '${prefix}'${suggestion(prefix, runKernels)}`
    throw new SignError('ERR_USAGE', 'kernels', problem, `Choose among ${runKernels.join(', ')}`)
  }
}
