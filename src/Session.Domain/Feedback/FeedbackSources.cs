namespace SessionService.Domain.Feedback;

/// <summary>Who judges.</summary>
public static class FeedbackSources
{
    public const string User = "user";
    public const string Annotator = "annotator";
    public const string Model = "model";

    /// <summary>All sources, as errors name them.</summary>
    public const string Names = $"{User}, {Annotator}, {Model}";

    public static bool IsKnown(string source) => source is User or Annotator or Model;
}
