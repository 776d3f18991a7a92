/* One input, as libFuzzer gives it; replay.c gives those of a folder where
 * libFuzzer is not there. */
#ifndef JOEY_FUZZ_H
#define JOEY_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
