package import Torch

/// The keys and values of all cached tokens for each layer, in pages that are allocated as needed.
package final class KeyValueCache {
    package struct Layer {
        /// [page, token, keyHead, width]
        package let keys: Tensor
        package let values: Tensor
    }

    package private(set) var layers: [Layer]
    /// Number of allocated pages.
    package private(set) var capacity = 0
    private let pageShape: [Int]
    private let dtype: DType
    private let device: Device

    package init(
        layerCount: Int, headCount: Int, headWidth: Int, pageSize: Int, dtype: DType = .float32,
        device: Device = .cpu
    ) {
        pageShape = [pageSize, headCount, headWidth]
        self.dtype = dtype
        self.device = device
        layers = (0..<layerCount).map { [pageShape] _ in
            let none = Tensor.empty([0] + pageShape, dtype: dtype, device: device)
            return Layer(keys: none, values: none)
        }
    }

    /// Allocates memory for at least `count` pages. It at least doubles the capacity, up to `limit`.
    package func reserve(_ count: Int, limit: Int) {
        guard count > capacity else { return }
        let grown = min(max(count, capacity * 2, 64), max(count, limit))
        // Layer by layer: no more than one layer is in memory twice.
        for index in layers.indices {
            let layer = layers[index]
            layers[index] = Layer(
                keys: enlarged(layer.keys, to: grown), values: enlarged(layer.values, to: grown))
        }
        capacity = grown
    }

    private func enlarged(_ pages: Tensor, to count: Int) -> Tensor {
        let larger = Tensor.empty([count] + pageShape, dtype: dtype, device: device)
        if capacity > 0 { larger.narrow(0, start: 0, count: capacity).copy_(pages) }
        return larger
    }

    /// Copies whole pages; no destination may be the source of another copy.
    package func copy(_ copies: [PageCopy]) {
        guard !copies.isEmpty else { return }
        let sources = Tensor(copies.map(\.source), device: device)
        let destinations = Tensor(copies.map { Int64($0.destination) }, device: device)
        for layer in layers {
            for pages in [layer.keys, layer.values] {
                pages.indexCopy_(0, destinations, pages.indexSelect(0, sources))
            }
        }
    }

    /// Stores the keys and values of new tokens, [token, keyHead, width], in `slots` [token].
    ///
    /// The index of a slot is page · page size + offset.
    package func store(layer: Int, keys: Tensor, values: Tensor, slots: Tensor) {
        let flat = [-1] + pageShape.dropFirst()
        layers[layer].keys.reshape(flat).indexCopy_(0, slots, keys)
        layers[layer].values.reshape(flat).indexCopy_(0, slots, values)
    }
}
