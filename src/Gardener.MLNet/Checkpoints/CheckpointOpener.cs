using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>
/// Makes a <see cref="VideoMaeCheckpoint"/> of opened files: sorts the tensors, finds the geometry, checks everything.
/// </summary>
internal sealed class CheckpointOpener
{
    private readonly CheckpointLocation _location;
    private readonly string _source;
    private readonly VideoMaeCheckpointOptions _options;
    private readonly List<string> _notes = [];
    private readonly CheckpointContents _contents;
    private ConfigurationFile? _configuration;

    private CheckpointOpener(CheckpointLocation location, string source, VideoMaeCheckpointOptions options)
    {
        _location = location;
        _source = source;
        _options = options;
        _contents = CheckpointContents.Sort(location.Tensors.Tensors.Values);
    }

    /// <summary>Opens; the files are closed if that fails.</summary>
    public static VideoMaeCheckpoint Open(CheckpointLocation location, string source, VideoMaeCheckpointOptions options)
    {
        try
        {
            return new CheckpointOpener(location, source, options).Open();
        }
        catch
        {
            location.Tensors.Dispose();
            throw;
        }
    }

    private VideoMaeCheckpoint Open()
    {
        var tensors = _contents.Tensors;
        var kind = tensors.ContainsKey("head.weight") || tensors.ContainsKey("head.bias") ? CheckpointKind.Classifier
            : tensors.Keys.Any(KeyMap.IsPretraining) ? CheckpointKind.Pretraining
            : CheckpointKind.Encoder;
        UseEncoderNorm();
        var (configuration, labels) = FindConfiguration(kind);
        var check = CompletenessCheck.Run(_contents, configuration, kind);
        if (check.Message() is { } message)
        {
            if (_options.Strict)
                throw new CheckpointException(_source, message);
            _notes.Add(message);
        }
        CheckPositionTables(configuration, check.Used);
        if (_location.Tensors is PyTorchFile { OtherEntries: { Count: > 0 } others })
            _notes.Add($"Beside the state dict the file holds {string.Join(", ", others.Take(10))}; not used.");
        return new VideoMaeCheckpoint(_location.Tensors)
        {
            Source = _source,
            Format = _location.Format,
            Kind = kind,
            Configuration = configuration,
            WeightType = tensors.TryGetValue("blocks.0.mlp.fc1.weight", out var first) ? first.Type : TensorType.Other,
            LabelNames = labels,
            Encoder = check.Used.Where(pair => !KeyMap.IsDecoder(pair.Key)).ToDictionary(),
            Decoder = check.Used.Where(pair => KeyMap.IsDecoder(pair.Key)).ToDictionary(),
            Missing = check.Missing,
            Unused = Unused(check),
            Notes = _notes,
            ConfigurationJson = _configuration?.Json,
        };
    }

    /// <summary>Where there is no norm for classification, the encoder's final norm takes its place.</summary>
    private void UseEncoderNorm()
    {
        foreach (var kind in (string[])["weight", "bias"])
        {
            if (_contents.Tensors.TryGetValue($"encoder.norm.{kind}", out var norm))
                _contents.Tensors.TryAdd($"fc_norm.{kind}", new LogicalTensor($"fc_norm.{kind}", norm.Parts));
        }
    }

    private (VideoMaeConfiguration Configuration, IReadOnlyList<string>? Labels) FindConfiguration(CheckpointKind kind)
    {
        var configuration = ChooseConfiguration();
        if (kind == CheckpointKind.Classifier && _configuration is { } file && !file.MeanPooling())
            throw new CheckpointException(
                _source,
                "The classifier reads the first token (use_mean_pooling is false); only the mean of all tokens is " +
                    "supported.");
        var classes = kind == CheckpointKind.Classifier
            && _contents.Tensors.TryGetValue("head.weight", out var head)
            && head.Shape is [> 0 and < 1 << 24, ..]
            ? (int)head.Shape[0]
            : 0;
        var labels = kind == CheckpointKind.Classifier ? _configuration?.LabelNames() : null;
        if (labels is not null && labels.Count != classes)
        {
            if (_options.Strict && _location.ConfigurationBinds)
                throw new CheckpointException(
                    _source,
                    $"The head has {classes} outputs, but the configuration names {labels.Count} classes (id2label).");
            _notes.Add(
                $"The names of {labels.Count} classes in the configuration were not used: the head has {classes} " +
                    "outputs.");
            labels = null;
        }
        configuration = configuration with
        {
            ClassCount = classes,
            KeyBias = _contents.AnyBlockHas(".attn.k_bias"),
            HeadCount = _options.HeadCount ?? configuration.HeadCount,
            FrameCount = _options.FrameCount ?? configuration.FrameCount,
            ImageSize = _options.ImageSize ?? configuration.ImageSize,
            LayerNormEpsilon = _options.LayerNormEpsilon ?? configuration.LayerNormEpsilon,
            FinalNormEpsilon = _options.FinalNormEpsilon ?? FinalNormEpsilon(configuration, kind),
        };
        if (_contents.DroppedZeroKeyBias)
            _notes.Add("The key biases were left out: they are zero.");
        if (configuration.HeadCount == 0)
        {
            throw new ArgumentException(
                $"{_source}: nothing tells the number of attention heads of this model of width {configuration.Width}; " +
                "set VideoMaeCheckpointOptions.HeadCount.");
        }
        try
        {
            configuration.Validate();
        }
        catch (ArgumentException error) when (!_options.DescribesModel)
        {
            throw new CheckpointException(_source, error.Message, error);
        }
        return (configuration, labels);
    }

    private VideoMaeConfiguration ChooseConfiguration()
    {
        if (_location is { ConfigurationBinds: true, Configuration: { } binding })
        {
            _configuration = binding;
            return Preprocessed(binding.ToConfiguration());
        }
        var shapes = ConfigurationInference.FromShapes(_contents, _source);
        if (_location.Configuration is { IsVideoMae: true } beside)
        {
            var configuration = beside.ToConfiguration();
            if (ConfigurationInference.Agree(configuration, shapes))
            {
                _configuration = beside;
                _notes.Add("The config.json beside the file was used.");
                return Preprocessed(_contents.HuggingFace
                    ? configuration
                    : configuration with
                    {
                        LayerNormEpsilon = shapes.LayerNormEpsilon,
                        FinalNormEpsilon = shapes.FinalNormEpsilon,
                    });
            }
            _notes.Add("The config.json beside the file was not used: it does not fit the shapes of the tensors.");
        }
        if (_options.HeadCount is null && shapes.HeadCount > 0)
            _notes.Add($"{shapes.HeadCount} attention heads were assumed from the width {shapes.Width}.");
        if (_options.FrameCount is null || _options.ImageSize is null)
            _notes.Add(
                $"Clips of {_options.FrameCount ?? shapes.FrameCount} frames of " +
                    $"{_options.ImageSize ?? shapes.ImageSize} pixels were assumed.");
        return shapes;
    }

    private VideoMaeConfiguration Preprocessed(VideoMaeConfiguration configuration) =>
        _location.Preprocessor?.ApplyPreprocessor(configuration) ?? configuration;

    private double FinalNormEpsilon(VideoMaeConfiguration configuration, CheckpointKind kind)
    {
        if (_configuration?.OwnFinalNormEpsilon() is { } own)
            return own;
        return _contents.HuggingFace && kind == CheckpointKind.Classifier ? 1e-5 : configuration.FinalNormEpsilon;
    }

    private void CheckPositionTables(VideoMaeConfiguration configuration, Dictionary<string, LogicalTensor> used)
    {
        var decoderWidth = used.GetValueOrDefault("encoder_to_decoder.weight")?.Shape is [> 0 and var inner, ..] ? inner : -1;
        foreach (var table in _contents.PositionTables)
        {
            if (table.Type is TensorType.Other or TensorType.Int64 || table.Shape is not ([1, _, _] or [_, _])
                || (table.Shape[^1] != configuration.Width && table.Shape[^1] != decoderWidth))
            {
                throw new CheckpointException(_source, $"The position table {table} should be floating-point numbers of shape " +
                    $"[1, tokens, {configuration.Width}].");
            }
            if (table.Shape[^2] != configuration.TokenCount)
            {
                _notes.Add($"The position table \"{table.Name}\" is for {table.Shape[^2]} tokens and was not used: " +
                    $"the table for {configuration.TokenCount} tokens is computed.");
            }
            else if (PositionTableCheck.Compare(table, configuration.TokenCount, (int)table.Shape[^1]) is { } difference)
            {
                throw new CheckpointException(
                    _source,
                    $"The position table \"{table.Name}\" is not the fixed one that VideoMAE has: {difference}.");
            }
        }
    }

    /// <summary>Everything stored that is not handed out.</summary>
    private List<string> Unused(CompletenessCheck check)
    {
        var used = check.Used.Values
            .SelectMany(tensor => tensor.Parts)
            .Select(part => (part as TensorSlice)?.WholeName ?? part.Name)
            .ToHashSet();
        return [.. _location.Tensors.Tensors.Keys.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal)];
    }
}
