# signllm serve in a container, on the CPU (lavapipe) or, with NVIDIA's container toolkit, on its GPU.
FROM node:22-trixie-slim AS build
WORKDIR /signllm
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev

FROM node:22-trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends libvulkan1 mesa-vulkan-drivers && rm -rf /var/lib/apt/lists/*
WORKDIR /signllm
COPY --from=build /signllm/package.json ./
COPY --from=build /signllm/node_modules node_modules
COPY --from=build /signllm/shaders shaders
COPY --from=build /signllm/dist dist
USER node
EXPOSE 8080
# SIGNLLM_TOKEN is needed, since others reach the address.
ENTRYPOINT ["node", "dist/cli.js", "serve", "--host", "0.0.0.0"]
CMD ["--model", "/models/model.signllm"]
