/*
 * A PKCS#11 module for benchmarks: it stands before a real module, and signs by rote. What a thread has signed before it
 * signs again from memory, so that what is left of a signature's cost is its caller's; with ROTE_DELAY_US it takes that
 * long for each signature, like a slow token. Everything else is the real module's.
 *
 * Environment: ROTE_MODULE, the real module; ROTE_DELAY_US, microseconds.
 *
 * For 64-bit Linux: all parameters of PKCS#11 are integers or pointers of one register each.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef unsigned long word;

enum { FUNCTIONS = 68, SIGN_INIT = 42, SIGN = 43, MAX_INPUT = 64, MAX_OUTPUT = 512 };
enum { OK = 0, GENERAL_ERROR = 5, BUFFER_TOO_SMALL = 0x150 };

struct mechanism { word type; void *parameter; word length; };

static struct { unsigned char version[8]; void *functions[FUNCTIONS]; } list;
static word (*real_init)(word, struct mechanism *, word);
static word (*real_sign)(word, const unsigned char *, word, unsigned char *, word *);
static struct timespec delay;

/* What C_SignInit said last, for the C_Sign that follows on the same thread. */
static __thread word mechanism_now, key_now;
static __thread struct { word mechanism, key, input_bytes, output_bytes; unsigned char input[MAX_INPUT], output[MAX_OUTPUT]; } known;

static word sign_init(word session, struct mechanism *mechanism, word key)
{
    (void)session;
    mechanism_now = mechanism->type;
    key_now = key;
    return OK;
}

static int is_known(const unsigned char *input, word bytes)
{
    return known.output_bytes != 0 && known.mechanism == mechanism_now && known.key == key_now
        && known.input_bytes == bytes && memcmp(known.input, input, bytes) == 0;
}

static void wait_a_little(void)
{
    struct timespec until;
    if (delay.tv_sec == 0 && delay.tv_nsec == 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += delay.tv_sec;
    until.tv_nsec += delay.tv_nsec;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

static word learn(word session, const unsigned char *input, word bytes)
{
    struct mechanism mechanism = {mechanism_now, NULL, 0};
    word length = sizeof known.output;
    word result = real_init(session, &mechanism, key_now);
    if (result == OK)
        result = real_sign(session, input, bytes, known.output, &length);
    if (result != OK)
        return result;
    memcpy(known.input, input, bytes);
    known.input_bytes = bytes;
    known.output_bytes = length;
    known.mechanism = mechanism_now;
    known.key = key_now;
    return OK;
}

static word sign(word session, const unsigned char *input, word bytes, unsigned char *output, word *length)
{
    word result;
    if (bytes > MAX_INPUT)
        return GENERAL_ERROR;
    if (!is_known(input, bytes) && (result = learn(session, input, bytes)) != OK)
        return result;
    if (output != NULL) {
        if (*length < known.output_bytes)
            return BUFFER_TOO_SMALL;
        wait_a_little();
        memcpy(output, known.output, known.output_bytes);
    }
    *length = known.output_bytes;
    return OK;
}

word C_GetFunctionList(void **functions)
{
    const char *module = getenv("ROTE_MODULE"), *microseconds = getenv("ROTE_DELAY_US");
    void *library = module != NULL ? dlopen(module, RTLD_NOW | RTLD_LOCAL) : NULL;
    word (*real_list)(void **) = library != NULL ? (word (*)(void **))dlsym(library, "C_GetFunctionList") : NULL;
    void *real = NULL;
    if (real_list == NULL || real_list(&real) != OK)
        return GENERAL_ERROR;
    long us = microseconds != NULL ? atol(microseconds) : 0;
    delay.tv_sec = us / 1000000;
    delay.tv_nsec = us % 1000000 * 1000;
    memcpy(&list, real, sizeof list);
    real_init = (word (*)(word, struct mechanism *, word))list.functions[SIGN_INIT];
    real_sign = (word (*)(word, const unsigned char *, word, unsigned char *, word *))list.functions[SIGN];
    list.functions[SIGN_INIT] = (void *)sign_init;
    list.functions[SIGN] = (void *)sign;
    *functions = &list;
    return OK;
}
