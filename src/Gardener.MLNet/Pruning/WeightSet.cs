namespace GardenerML.Pruning;

/// <summary>Which weights of a transformer block its statistics are computed over.</summary>
[Flags]
public enum WeightSet
{
    /// <summary>The two matrices of the attention: input (query, key and value) and output projection.</summary>
    Attention = 1,

    /// <summary>The two matrices of the MLP.</summary>
    Mlp = 2,

    /// <summary>The four matrices of the attention and the MLP, as in the paper: no biases, no norms. The default.</summary>
    Matrices = Attention | Mlp,

    /// <summary>The biases of the chosen matrices.</summary>
    Biases = 4,

    /// <summary>Weights and biases of the block's two layer norms.</summary>
    Norms = 8,

    /// <summary>Every parameter of the block.</summary>
    All = Matrices | Biases | Norms,
}
