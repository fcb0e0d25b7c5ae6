// Umbrella of the SIMD kernels: each feature has a header of its own.
#pragma once
#include "ck_checksum.h"
#include "ck_cpu.h"
#include "ck_distance.h"
#include "ck_image.h"
#include "ck_matrix.h"
#include "ck_postings.h"
#include "ck_scores.h"
#include "ck_transformer.h"
#include "ck_walk.h"
