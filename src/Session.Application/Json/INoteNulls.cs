namespace SessionService.Application.Json;

/// <summary>A request in which a field with <c>null</c> differs from an absent field.</summary>
public interface INoteNulls
{
    /// <param name="field">The JSON name of the field that is null.</param>
    void NoteNull(string field);
}
