namespace SessionService.Application.Json;

/// <summary>A request in which a <c>null</c> says something else than no value at all.</summary>
public interface INoteNulls
{
    /// <param name="field">The name in the JSON of what is given as null.</param>
    void NoteNull(string field);
}
