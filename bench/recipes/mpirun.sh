#!/bin/sh
# Training on several GPUs of one machine, or on several machines that share a file system, by Open MPI's mpirun.
#
#   bench/recipes/mpirun.sh 4 run.yaml                        four ranks on this machine
#   HOSTS=a:8,b:8 bench/recipes/mpirun.sh 16 run.yaml         eight on each of two, reached by ssh
#
# Debian, on every machine: apt-get install openmpi-bin mesa-vulkan-drivers
set -eu
ranks=$1
shift
# Ctrl-C ends all ranks after the step under way; mpirun gives them so many seconds to save it.
export OMPI_MCA_odls_base_sigkill_timeout="${SAVE_SECONDS:-60}"
# A rank is a process with threads of its own: it is not to be bound to one core.
exec mpirun --bind-to none -n "$ranks" ${HOSTS:+--host "$HOSTS"} npx signllm train "$@"
