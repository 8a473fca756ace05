#pragma once

#include "infer/engine.h"
#include "infer/vector_index.h"

namespace heed::infer {

/// The engine: a shared library that is loaded with the first model, since the tensor library behind it takes most of
/// a second to start and judging needs none of it. Looked for beside the executable, then in ../lib/heed from there.
/// Throws BadInput, saying where it was looked for, if it is missing, of another version or does not load.
const Engine& load_engine();

/// What the shared library exports under the name `heed_engine`: the engine, or null where it was built for another
/// version of heed, whose interface may be another.
using EngineEntry = const Engine* (*)(const char* version);

/// What finds near vectors: likewise a shared library, loaded with the first index of vectors. Throws as load_engine.
const VectorIndexes& load_vector_indexes();

/// What that library exports under the name `heed_neighbours`.
using VectorIndexesEntry = const VectorIndexes* (*)(const char* version);

}  // namespace heed::infer
