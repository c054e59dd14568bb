// Swift cannot call functions with a variable number of arguments, nor the type-checking macros that curl.h puts over them.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*curl_bytes_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_callback(CURL *handle, CURLoption option, curl_bytes_callback value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode curl_set_connections(CURLM *handle, long perHost) {
    return curl_multi_setopt(handle, CURLMOPT_MAX_HOST_CONNECTIONS, perHost);
}

// Macros that Swift does not import.
static const CURLINFO curl_info_status = CURLINFO_RESPONSE_CODE;
static const CURLINFO curl_info_private = CURLINFO_PRIVATE;
static const CURLINFO curl_info_pretransfer = CURLINFO_PRETRANSFER_TIME_T;
