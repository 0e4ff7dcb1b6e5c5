/*
 * The yardstick of the benchmark: a program that makes the same calls of a PKCS#11 module as everybody else, C_SignInit
 * and C_Sign in a loop, and nothing besides.
 *
 * signer MODULE LABEL PIN-FILE KEY THREADS; then it does what it is told on its standard input, as SigningProcess.java
 * has it. For 64-bit Linux.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef unsigned long word;

struct mechanism { word type; void *parameter; word length; };
struct attribute { word type; void *value; word length; };
struct initialize { void *functions[4]; word flags; void *reserved; };

enum { INITIALIZE = 0, SLOT_LIST = 4, TOKEN_INFO = 6, OPEN = 12, LOGIN = 18, FIND_INIT = 26, FIND = 27, FIND_FINAL = 28,
       SIGN_INIT = 42, SIGN = 43 };
enum { MAX_SLOTS = 64, MAX_THREADS = 64, MAX_SIGNATURE = 512, CKM_ECDSA = 0x1041 };

static void **functions;
static word key;
static unsigned char digest[32];

struct lane { pthread_t thread; word session; long count; unsigned char signature[MAX_SIGNATURE]; word length; };

static struct lane lanes[MAX_THREADS];

static void check(const char *what, word code)
{
    if (code != 0) {
        fprintf(stderr, "%s: 0x%lx\n", what, code);
        exit(1);
    }
}

static void load(const char *module)
{
    void *library = dlopen(module, RTLD_NOW), *table = NULL;
    word (*get)(void **) = library != NULL ? (word (*)(void **))dlsym(library, "C_GetFunctionList") : NULL;
    if (get == NULL) {
        fprintf(stderr, "%s: %s\n", module, dlerror());
        exit(1);
    }
    check("C_GetFunctionList", get(&table));
    functions = (void **)((char *)table + 8);
    struct initialize with = {{NULL}, 2, NULL}; /* CKF_OS_LOCKING_OK */
    check("C_Initialize", ((word (*)(void *))functions[INITIALIZE])(&with));
}

static word slot_of(const char *label)
{
    word slots[MAX_SLOTS], count = MAX_SLOTS;
    check("C_GetSlotList", ((word (*)(unsigned char, word *, word *))functions[SLOT_LIST])(1, slots, &count));
    for (word i = 0; i < count; i++) {
        char info[208], padded[33];
        check("C_GetTokenInfo", ((word (*)(word, void *))functions[TOKEN_INFO])(slots[i], info));
        snprintf(padded, sizeof padded, "%-32s", label);
        if (memcmp(info, padded, 32) == 0)
            return slots[i];
    }
    fprintf(stderr, "no token is called %s\n", label);
    exit(1);
}

static word open_session(word slot)
{
    word session = 0;
    check("C_OpenSession", ((word (*)(word, word, void *, void *, word *))functions[OPEN])(slot, 4, NULL, NULL, &session));
    return session;
}

static void login(word session, const char *pin_file)
{
    char pin[256] = "";
    FILE *file = fopen(pin_file, "r");
    if (file == NULL || fgets(pin, sizeof pin, file) == NULL) {
        fprintf(stderr, "%s cannot be read\n", pin_file);
        exit(1);
    }
    fclose(file);
    pin[strcspn(pin, "\n")] = 0;
    check("C_Login", ((word (*)(word, word, char *, word))functions[LOGIN])(session, 1, pin, strlen(pin)));
    explicit_bzero(pin, sizeof pin);
}

static word find(word session, char *name)
{
    word private_class = 3, found = 0, count = 0;
    struct attribute template[] = {{0, &private_class, sizeof private_class}, {3, name, strlen(name)}};
    check("C_FindObjectsInit", ((word (*)(word, struct attribute *, word))functions[FIND_INIT])(session, template, 2));
    check("C_FindObjects", ((word (*)(word, word *, word, word *))functions[FIND])(session, &found, 1, &count));
    check("C_FindObjectsFinal", ((word (*)(word))functions[FIND_FINAL])(session));
    if (count != 1) {
        fprintf(stderr, "no key is called %s\n", name);
        exit(1);
    }
    return found;
}

static void sign(struct lane *lane)
{
    struct mechanism mechanism = {CKM_ECDSA, NULL, 0};
    lane->length = sizeof lane->signature;
    check("C_SignInit", ((word (*)(word, struct mechanism *, word))functions[SIGN_INIT])(lane->session, &mechanism, key));
    check("C_Sign", ((word (*)(word, unsigned char *, word, unsigned char *, word *))functions[SIGN])(
        lane->session, digest, sizeof digest, lane->signature, &lane->length));
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void *run(void *argument)
{
    struct lane *lane = argument;
    for (long i = 0; i < lane->count; i++)
        sign(lane);
    return NULL;
}

static int64_t many(long count, int threads)
{
    int64_t start = now();
    for (int i = 0; i < threads; i++) {
        lanes[i].count = count / threads + (i < count % threads);
        if (i > 0 && pthread_create(&lanes[i].thread, NULL, run, &lanes[i]) != 0)
            exit(1);
    }
    run(&lanes[0]);
    for (int i = 1; i < threads; i++)
        pthread_join(lanes[i].thread, NULL);
    return now() - start;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Returns how long they took together; the median is left in *median. */
static int64_t one_by_one(long count, int64_t *median)
{
    int64_t *took = calloc((size_t)count, sizeof *took), start = now(), all;
    if (took == NULL)
        exit(1);
    for (long i = 0; i < count; i++) {
        int64_t before = now();
        sign(&lanes[0]);
        took[i] = now() - before;
    }
    all = now() - start;
    qsort(took, (size_t)count, sizeof *took, ascending);
    *median = took[count / 2];
    free(took);
    return all;
}

int main(int argc, char **argv)
{
    char command[16];
    long count;
    int threads = argc == 6 ? atoi(argv[5]) : 0;
    if (threads < 1 || threads > MAX_THREADS) {
        fprintf(stderr, "usage: signer MODULE LABEL PIN-FILE KEY THREADS\n");
        return 2;
    }
    for (int i = 0; i < (int)sizeof digest; i++)
        digest[i] = (unsigned char)i;
    load(argv[1]);
    word slot = slot_of(argv[2]);
    for (int i = 0; i < threads; i++)
        lanes[i].session = open_session(slot);
    login(lanes[0].session, argv[3]);
    key = find(lanes[0].session, argv[4]);
    puts("=ready");
    fflush(stdout);
    while (scanf("%15s %ld", command, &count) == 2 && count > 0) {
        int64_t median = 0, all = strcmp(command, "one") == 0 ? one_by_one(count, &median) : many(count, threads);
        printf("=done %ld %ld ", (long)all, (long)median);
        for (word i = 0; i < lanes[0].length; i++)
            printf("%02x", lanes[0].signature[i]);
        puts("");
        fflush(stdout);
    }
    return 0;
}
