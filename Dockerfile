# initlab with its CUDA plugin: docker build -t initlab . && docker run --gpus all initlab devices
FROM nvidia/cuda:13.0.1-devel-ubuntu24.04 AS build
COPY . /src
RUN INITLAB_CMAKE_OPTIONS=-DINITLAB_TESTS=OFF /src/tools/setup && \
    DESTDIR=/stage cmake --install /src/build --prefix /usr/local

FROM nvidia/cuda:13.0.1-runtime-ubuntu24.04
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libblis4-pthread libjansson4 libsqlite3-0 libyaml-0-2 zlib1g && rm -rf /var/lib/apt/lists/*
COPY --from=build /stage/usr/local /usr/local
ENTRYPOINT ["initlab"]
CMD ["help"]
