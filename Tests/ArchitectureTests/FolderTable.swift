/// Which folders of its target a folder may use, for each target with several. A line stands below those that it uses.
///
/// "." is the target's own folder: it stands above the others, as the way in, or holds no file.
enum FolderTable {
    static let targets: [String: [String: Set<String>]] = [
        "Torch": [
            "Tensor": [],
            "Layers": ["Tensor"],
            "Optimizers": ["Layers", "Tensor"],
            "Safetensors": ["Layers", "Tensor"],
        ],
        "Tasks": [
            "Data": [],
            "Mathematics": [],
            "Rewards": ["Data", "Mathematics"],
            "VisualSearch": ["Data"],
        ],
        "Runs": [
            "Files": [],
            "Memory": [],
            "Store": ["Files"],
            "Metrics": ["Files", "Store"],
            "TensorBoard": ["Files", "Metrics"],
            "Folder": ["Files", "Metrics", "TensorBoard"],
            "Alarms": ["Files", "Folder", "Metrics"],
            "Reading": ["Alarms", "Files", "Folder", "Metrics"],
        ],
        "Evaluation": [
            "Endpoint": [],
            "Scores": [],
            "Scorers/Python": [],
            "Scorers/Reading": ["Scorers/Python", "Scores"],
            "Scorers": ["Scorers/Python", "Scorers/Reading", "Scores"],
            "Benchmark": ["Scorers"],
            "Reading": ["Benchmark", "Scorers", "Scorers/Python", "Scorers/Reading"],
            "Asking": ["Reading", "Scorers"],
            "Running": ["Asking", "Benchmark", "Reading", "Scores"],
            "Selecting": ["Asking", "Reading", "Running"],
        ],
        "Serving": [
            "Server": [],
            "Answering": [],
            "Images": ["Server"],
            "OpenAI": ["Answering", "Images", "Server"],
            "Playground": ["Server"],
            "Viewer": ["Server"],
        ],
        "Models": [
            "ChatTemplate": [],
            "Configuration": [],
            "ImageProcessor": ["Configuration"],
            "Layers": ["Configuration", "ImageProcessor"],
            "Family": ["Configuration", "Layers"],
            "Checkpoint": ["Configuration", "Family", "Layers"],
            "Adapter": ["Checkpoint", "Configuration", "Family"],
            "Qwen25VL": ["Adapter", "Configuration", "Family", "ImageProcessor", "Layers"],
            ".": [
                "Adapter", "ChatTemplate", "Checkpoint", "Configuration", "Family", "ImageProcessor",
                "Layers",
                "Qwen25VL",
            ],
        ],
        "Training": [
            "YAML": [],
            "Algorithm": [],
            "Configuration": ["Algorithm", "YAML"],
            "Learner": ["Algorithm", "Configuration"],
            "Step": ["Algorithm", "Configuration", "Learner"],
            "Supervised": ["Algorithm", "Configuration", "Learner", "Step"],
            "Alarms": ["Configuration"],
            "Run": ["Alarms", "Algorithm", "Configuration", "Learner", "Step", "Supervised", "YAML"],
        ],
    ]
}
