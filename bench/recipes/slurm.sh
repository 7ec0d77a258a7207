#!/bin/bash
# Training on two nodes of eight GPUs under Slurm, a rank a GPU: sbatch bench/recipes/slurm.sh run.yaml
# Where the cluster's Slurm has PMIx (srun --mpi=list says so) and shows each task its own GPU.
#SBATCH --job-name=signllm
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-task=1
#SBATCH --cpus-per-task=8
#SBATCH --time=24:00:00
# Ten minutes before the time is over the ranks are asked to end: they save after the step under way, and the job is queued again.
#SBATCH --signal=TERM@600
#SBATCH --requeue
set -u
srun --mpi=pmix npx signllm train "$@" --resume
status=$?
# 143: ended by SIGTERM, after saving.
if [ "$status" = 143 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$status"
