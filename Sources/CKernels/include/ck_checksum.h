// CRC-32C (Castagnoli), with the processor's instruction where there is one.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The checksum of `count` bytes.
uint32_t ck_crc32c(const void *bytes, size_t count);
