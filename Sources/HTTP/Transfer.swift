internal import CLibCurl
internal import Foundation
internal import Synchronization

/// One request and its response so far; all but `continuation` belongs to the thread of the ``TransferLoop``.
final class Transfer: @unchecked Sendable {
    let continuation = Mutex<CheckedContinuation<HTTPClient.Response, any Error>?>(nil)
    var isCancelled = false

    private let request: HTTPClient.Request
    private var easy: UnsafeMutableRawPointer?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var connection: UnsafeMutablePointer<curl_slist>?
    private var headers: [(name: String, value: String)] = []
    private var body = Data()
    private var isTooLarge = false

    init(_ request: HTTPClient.Request) { self.request = request }

    /// Resumes the caller, once.
    func end(_ result: sending Result<HTTPClient.Response, any Error>) {
        let caller = continuation.withLock { caller in
            defer { caller = nil }
            return caller
        }
        caller?.resume(with: result)
    }

    /// Hands the request to libcurl.
    ///
    /// - Returns: the reason if libcurl does not take it.
    func attach(to multi: UnsafeMutableRawPointer) -> HTTPClient.Failure? {
        guard let easy = curl_easy_init() else { return .connection("libcurl cannot allocate memory") }
        self.easy = easy
        let code = configure(easy)
        guard code == CURLE_OK else {
            release()
            return .connection(String(cString: curl_easy_strerror(code)))
        }
        curl_multi_add_handle(multi, easy)
        return nil
    }

    /// Takes the request from libcurl, finished or not.
    func detach(from multi: UnsafeMutableRawPointer) {
        guard let easy else { return }
        curl_multi_remove_handle(multi, easy)
        release()
    }

    private func release() {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        curl_slist_free_all(connection)
        (easy, headerList, connection) = (nil, nil, nil)
    }

    // MARK: Request

    /// - Returns: the first error of an option, else `CURLE_OK`.
    private func configure(_ easy: UnsafeMutableRawPointer) -> CURLcode {
        var codes = [
            curl_set_text(easy, CURLOPT_URL, request.url),
            curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            // The path is sent as given, also with dots.
            curl_set_long(easy, CURLOPT_PATH_AS_IS, 1),
            curl_set_text(easy, CURLOPT_PROXY, ""),
            curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            curl_set_long(easy, CURLOPT_NOSIGNAL, 1),
            curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds),
            curl_set_long(easy, CURLOPT_TIMEOUT_MS, request.timeout.milliseconds),
            curl_set_pointer(easy, CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque()),
        ]
        if request.method == "HEAD" {
            codes.append(curl_set_long(easy, CURLOPT_NOBODY, 1))
        } else {
            codes.append(curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        }
        if let body = request.body {
            codes.append(curl_set_long(easy, CURLOPT_POSTFIELDSIZE, body.count))
            // The option copies the bytes.
            let code = body.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else {
                    return curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, "")
                }
                return curl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
            }
            codes.append(code)
        }
        // libcurl would ask first whether it may send a large body, and wait a second for the reply.
        headerList = curl_slist_append(nil, "Expect:")
        for (name, value) in request.headers {
            headerList = curl_slist_append(headerList, value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        codes.append(curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList))
        if let address = request.address {
            let number = address.contains(":") ? "[\(address)]" : address
            connection = curl_slist_append(nil, "::\(number):")
            codes.append(curl_set_pointer(easy, CURLOPT_CONNECT_TO, connection))
        }
        return (codes + receive(easy)).first { $0 != CURLE_OK } ?? CURLE_OK
    }

    /// Sets where headers and body go.
    private func receive(_ easy: UnsafeMutableRawPointer) -> [CURLcode] {
        let context = Unmanaged.passUnretained(self).toOpaque()
        return [
            curl_set_pointer(easy, CURLOPT_WRITEDATA, context),
            curl_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.append(UnsafeRawBufferPointer(start: bytes, count: size * count))
            },
            curl_set_pointer(easy, CURLOPT_HEADERDATA, context),
            curl_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                transfer.appendHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
                return size * count
            },
        ]
    }

    // MARK: Response

    /// - Returns: the number of bytes taken; libcurl ends the transfer if these are not all.
    private func append(_ bytes: UnsafeRawBufferPointer) -> Int {
        isTooLarge = body.count + bytes.count > request.byteLimit
        guard !isTooLarge else { return 0 }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func appendHeader(_ bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self)
        // An interim response such as 100 comes before the real one.
        if line.hasPrefix("HTTP/") { headers = [] }
        guard let colon = line.firstIndex(of: ":") else { return }
        headers.append(
            (
                String(line[..<colon]),
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
            ))
    }

    /// The result of a finished transfer.
    func result(_ code: CURLcode) -> Result<HTTPClient.Response, any Error> {
        guard code == CURLE_OK else { return .failure(failure(code)) }
        var status = 0
        curl_get_long(easy, curl_info_status, &status)
        return .success(
            HTTPClient.Response(status: status, headers: HTTPClient.Headers(fields: headers), body: body))
    }

    private func failure(_ code: CURLcode) -> HTTPClient.Failure {
        if isTooLarge { return .tooLarge }
        // Zero until the request is about to be sent.
        var sent: curl_off_t = 0
        curl_get_offset(easy, curl_info_pretransfer, &sent)
        if code == CURLE_OPERATION_TIMEDOUT, sent > 0 { return .timedOut }
        return .connection(String(cString: curl_easy_strerror(code)))
    }
}

extension Duration {
    /// Rounded up, at least 1: libcurl takes 0 for no limit.
    fileprivate var milliseconds: Int { max(1, Int((self / .milliseconds(1)).rounded(.up))) }
}
